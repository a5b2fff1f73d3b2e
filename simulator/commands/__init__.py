"""The commands of `patrol-sim`, one module each: `add(subparsers)` declares it, `run(args) -> int` does it."""
