"""An advisory for people: on the terminal, and as Markdown for a record."""
