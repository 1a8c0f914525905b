"""The made-up class: eighteen hand-ins of a course, and what must become of each."""
