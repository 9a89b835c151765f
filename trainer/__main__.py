"""`python -m trainer` is `flare-train`."""

import sys

from trainer.cli import main

sys.exit(main())
