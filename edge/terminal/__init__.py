"""What the car's own screens and tools see: one socket, newline JSON, any number of readers."""
