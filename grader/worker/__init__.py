"""One notebook in one process: `python -m grader.worker RUN`; its only answer is `result.json`."""
