"""What a car asks of headquarters -> what is known: from the records beside the store, or from a force's own system."""
