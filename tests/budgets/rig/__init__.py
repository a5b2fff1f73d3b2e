"""THE BUDGETS' RIG: each cost of the car, counted on a fixed piece of work: never by a clock, so that a busy machine fails nothing."""
