"""Figures of the product next to its budgets: `benchmarks/run NAME`. Benchmarks print, tests assert."""
