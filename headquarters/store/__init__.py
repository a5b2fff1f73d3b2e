"""What the cars sent, in one SQLite file: kept as received, once, with the ranges it accounts for."""
