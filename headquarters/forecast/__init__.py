"""`patrol-hq forecast`: files of events and weather in, forecasts, evaluations and their cards out. The pure part is `forecast/`."""
