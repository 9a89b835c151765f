"""`python -m flare_gui`, for where the script `flare-gui` is not on the path."""

import sys

from flare_gui.cli import main

if __name__ == "__main__":
    sys.exit(main())
