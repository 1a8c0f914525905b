"""How the course's pictures, texts and models were made; never given to students."""
