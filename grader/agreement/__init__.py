"""Agreement: a student's arrays beside the canonical ones; evidence, never points."""
