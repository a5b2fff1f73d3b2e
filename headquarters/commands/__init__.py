"""The commands of `patrol-hq`: each is `add(subparsers)` and `run(args) -> exit code`."""
