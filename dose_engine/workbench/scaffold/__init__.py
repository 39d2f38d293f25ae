"""Adds a rule or a question, with its cases, to the files of a rulebook, and leaves every byte that was there as it was."""
