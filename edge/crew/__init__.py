"""Who is on board: officers who log on with a PIN, offline, and the shift that ties them to the records."""
