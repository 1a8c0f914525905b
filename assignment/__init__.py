"""Everything a student receives: the notebook, the profiles' assets, models, the Outputs format."""
