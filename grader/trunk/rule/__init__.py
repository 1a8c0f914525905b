"""Which branches may go back to the trunk: one page, in code and in words (`decide.py`)."""
