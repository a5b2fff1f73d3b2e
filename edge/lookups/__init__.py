"""Look-ups: what is carried first, what headquarters says after it; no answer before its audit record is on the disk."""
