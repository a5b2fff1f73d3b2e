"""`python -m simulator` is `patrol-sim`."""

import sys

from simulator.cli import main

sys.exit(main())
