"""The Sheet: which letters a student chose, read from a notebook's source. Nothing of the notebook is ever run.

It lies here because students have it too: the notebook's last cell reads as the grader will. It knows which questions
there are and which letters each has, and nothing of what is right.
"""
