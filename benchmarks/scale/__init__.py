"""How a class grows with its machines: measured on this one, and simulated for those that are not here."""
