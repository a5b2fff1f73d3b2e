"""THE RIG: real programs, pseudo-terminals and brokers that are killed, frozen and put back, and the judge who counts what was lost."""
