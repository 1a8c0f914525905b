"""Proofs of the bank: the reference run anew with mistakes, less exactly, by today's code, on another profile."""
