"""Our analyses beside the usual packages, on one machine in one run."""
