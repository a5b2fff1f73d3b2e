"""Shifts driven over a forecast, to see what guidance is worth before anybody drives one. Time is simulated: an hour takes milliseconds."""
