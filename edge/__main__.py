"""`python -m edge` is `patrol-edge`."""

import sys

from edge.cli import main

sys.exit(main())
