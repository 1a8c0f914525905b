"""What `hw9 course check` looks at with a model, in a process of its own: `python -m reference.check`."""
