"""From stored bodies to lines a person or another program can read, dated where that is possible."""
