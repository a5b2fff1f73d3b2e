"""THE OTHER END (`patrol-hq`): takes in what the cars send, stores it, gives receipts; says what the forecast says."""
