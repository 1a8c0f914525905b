"""What the notebook's cells draw and print."""
