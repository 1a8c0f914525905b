"""Tests compute with one thread a process: they run side by side, and threads of small tensors wait for each other."""

import os

# Here, since nothing of ours is imported before: numpy and torch read them once, when they are imported.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
