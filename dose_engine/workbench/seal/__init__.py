"""Makes keys and seals, and says what has changed since a seal. How a seal is checked is in `rulebook/seal/`, which the engine uses too."""
