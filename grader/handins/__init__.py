"""Hand-ins: what students gave in, read once, without running it."""
