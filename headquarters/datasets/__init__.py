"""What headquarters publishes to cars: built, signed, kept beside the store, handed out chunk by chunk; and who holds what."""
