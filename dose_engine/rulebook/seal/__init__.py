"""The seal of a rulebook, as the engine reads it: who signed what the book means, until when, and whether that still holds.

Only what a check needs is here. Keys are made, and books signed, in `workbench/seal/`.
"""
