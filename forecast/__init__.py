"""Where and when: recorded crime in, boxes with expected hits out. `model` needs numpy (headquarters); `guidance`, `wire` and `categories` do not (the car)."""
