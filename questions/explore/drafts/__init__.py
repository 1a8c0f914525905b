"""Drafts: claims that stand, put into words as balanced pairs and as whole questions for a bank."""
