"""A whole car for twenty seconds: the real programs on a made-up drive, three faults, and an account of what came of it."""
