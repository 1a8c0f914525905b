"""Brings the large files that a course's lock.yaml names: for an author, and for a hosted notebook."""
