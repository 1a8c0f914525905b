"""Marks for course systems' own import: one format a module, found by `registry.py`."""
