"""What a car is told: a TOML file -> values that are valid from birth, or sentences with line, key and cure."""
