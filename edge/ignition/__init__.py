"""The car's key: turned off, it gives what is urgent time to leave; then the store is closed and the power may go."""
