"""One file a command of `patrol-edge`: `add` describes it to argparse, `run` does it and gives back the exit code."""
