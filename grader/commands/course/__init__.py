"""The verbs of `hw9 course`: how an author makes a course of their own."""
