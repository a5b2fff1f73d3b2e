"""THE WORLD: streets, traffic, cameras and receivers on pseudo-terminals, made from a seed, with faults as words."""
