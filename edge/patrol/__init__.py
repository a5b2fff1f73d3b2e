"""Where and when, on board: the forecast that is carried, and the way from box to box. The rules are `forecast.guidance`."""
