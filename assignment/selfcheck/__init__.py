"""The self-check: what a student is told of a notebook before it is handed in. It runs without the grader.

It says which answers are read, which official cells are not as released, and how far the saved official arrays are from
the canonical ones, with the mistake that they look like. Nothing of it knows which choice is right.
"""
