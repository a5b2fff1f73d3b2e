"""WHAT IS KNOWN: persons, vehicles, places, events and how they hang together (POLE), and the search over them. Pure."""
