"""The rulebook: its language, its model and its loader."""
