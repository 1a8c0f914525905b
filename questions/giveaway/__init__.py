"""What the bank gives away to whoever looks at nothing: facts that settle other choices, and words that tell."""
