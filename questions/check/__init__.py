"""Checks of the bank: rules of wording and form, what texts name, what guessing earns."""
