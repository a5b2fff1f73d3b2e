"""THE BROKERS: four real ones of different makers behind one shape, an authority for certificates, a car without a daemon."""
