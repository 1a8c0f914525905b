"""What the author of a course makes its files with: never given out."""
