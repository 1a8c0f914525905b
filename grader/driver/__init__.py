"""A class of Runs: worker processes started, waited for, started again."""
