"""What headquarters knows (POLE): imported from CSV files, kept beside the store, packed for the cars, searched for them."""
