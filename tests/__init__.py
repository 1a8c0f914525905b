"""Tests compute with one thread a process: they run side by side, and threads of small tensors wait for each other."""

import os
import sys

# Here, since nothing of ours is imported before: numpy and torch read them once, when they are imported.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

# JupyterLab brings this package. Where it is, importing nbformat compiles 38 grammars of web addresses, which no test
# needs: more than a second in each process that collects tests.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: importing it fails
