"""Where both programs of the bundle start: `flare-gui` and `flare-train` are one executable under two names."""

import multiprocessing
import sys
from pathlib import Path


def main() -> int:
    """Run the program that the executable is called after."""
    # A worker process is this executable again, with an argument that says so: it must not open a second window.
    multiprocessing.freeze_support()
    if Path(sys.executable).stem == "flare-train":
        from trainer.cli import main as train

        return train()
    from flare_gui.cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
