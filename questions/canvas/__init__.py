"""Canvas: the questions out as a quiz, the quiz's responses in."""
