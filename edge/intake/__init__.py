"""Ports -> sightings and positions: here time, place and track are put on, once."""
