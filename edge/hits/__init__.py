"""What becomes of a listed vehicle once it is read: whether and how the crew is warned, what it answers, what base says of it."""
