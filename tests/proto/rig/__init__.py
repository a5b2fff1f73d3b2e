"""THE RIG of the language's tests: its events, as chance makes them."""
