"""THE RACE: ours and its peers on one bench, with the same feeder and the same sink; each row of the table is a file here."""
