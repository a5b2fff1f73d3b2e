"""A canonical key -> the entries of the lists this car carries. Synchronous and read-only: the crew waits for it."""
