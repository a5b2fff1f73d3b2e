"""The audit chains of the vehicles: their heads, kept apart from their records, and the search for the first bad record."""
