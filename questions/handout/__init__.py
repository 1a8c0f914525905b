"""The students' handout: one HTML page to print, and Markdown."""
