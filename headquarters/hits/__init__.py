"""Hits as headquarters sees them: the state of each, whether its entry still stands, and what is said back to the crew."""
