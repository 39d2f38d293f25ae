"""CDS Hooks 2.0: discovery, four services that answer with text cards, and feedback. Advisory only: nothing is ever ordered or changed."""
