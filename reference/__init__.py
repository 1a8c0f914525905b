"""The eight analyses, one file each, and the canonical Outputs that they produced."""
