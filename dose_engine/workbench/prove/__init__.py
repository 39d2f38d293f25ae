"""Proofs: claims held against every patient within stated bounds, by z3."""
