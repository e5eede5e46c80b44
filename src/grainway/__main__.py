"""The command ``grainway``, also as ``python -m grainway``."""

import os

from grainway.machine import interruption


def main() -> None:
    """Start the command line with single-threaded linear algebra.

    The matrices here are small and evaluations run side by side: threads would only fight for the cores
    (ten times slower where measured). The variables count only if they are set before numpy is loaded.
    """
    interruption.heed()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        from grainway.cli import main as command

        command()
    finally:
        # an interruption may come out of libraries as another error: it is an interruption all the same
        if interruption.happened():
            interruption.end()


if __name__ == "__main__":
    main()
