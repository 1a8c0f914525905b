"""Who computes which arrays of the canonical Outputs, and how two sets of them are compared."""
