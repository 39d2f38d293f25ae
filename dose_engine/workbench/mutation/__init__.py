"""Small changes to a rulebook, each of which a case must notice."""
