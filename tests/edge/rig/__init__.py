"""THE RIG of the car's tests: a whole daemon as a process, its devices and readers; a headquarters that is only a model."""
