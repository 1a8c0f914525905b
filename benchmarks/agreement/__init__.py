"""Show that the limits of agreement lie between honest float32 runs and wrong ones."""
