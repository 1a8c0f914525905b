"""The released cells run once, as a trunk off which hand-ins branch; which branches may go back to it, and when."""
