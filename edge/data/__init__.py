"""Signed data sets from headquarters -> files this car carries: fetched piece by piece, verified and put in place by a child process."""
