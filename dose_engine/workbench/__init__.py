"""What the clinical lead works with."""
