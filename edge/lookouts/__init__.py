"""What the crew itself looks out for: kept encrypted, matched like a list named `crew`, and searched in what this car has read."""
