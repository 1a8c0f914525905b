"""What the staff decided of students and questions, kept in one file of theirs and applied at every scoring."""
