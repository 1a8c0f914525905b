"""What later cells could see of a cell: digests that a fork and its parent can compare."""
