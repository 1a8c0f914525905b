"""A class on several machines: a driver that hands orders out, workers that come for them, one connection protocol."""
