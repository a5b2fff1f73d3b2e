"""From what the broker hands over to what headquarters answers: nothing is said before it is committed."""
