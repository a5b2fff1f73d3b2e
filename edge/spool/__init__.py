"""What is promised: numbered events, committed in groups to one encrypted file, until headquarters' receipt and their age let them go."""
