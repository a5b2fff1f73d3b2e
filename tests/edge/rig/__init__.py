"""THE RIG of the car's tests: a daemon as a process and its devices; real parts over what the test says; a headquarters that is only a model."""
