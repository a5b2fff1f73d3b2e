"""The model: arrays of events in, boxes with calibrated expected hits out. numpy only, no clock, no files, no chance but a generator passed in."""
