"""`python -m headquarters ...` -> the exit code of `patrol-hq ...`."""

import sys

from headquarters.cli import main

if __name__ == "__main__":
    sys.exit(main())
