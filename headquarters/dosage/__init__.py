"""What the boxes of the forecasts have had: dwell of all cars, summed and said back to them, so that they do not follow each other."""
