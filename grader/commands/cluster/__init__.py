"""The verbs of several machines: `hw9 worker`, `hw9 cluster`, and the options by which a class is run on them."""
