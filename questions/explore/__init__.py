"""What could be asked of a course: every measure at every argument, and the claims that hold there."""
