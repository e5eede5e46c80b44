"""The command ``grainway``, also as ``python -m grainway``."""

import os


def main() -> None:
    """Start the command line with single-threaded linear algebra.

    The matrices here are small and evaluations run side by side: threads would only fight for the cores
    (ten times slower where measured). The variables count only if they are set before numpy is loaded.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from grainway.cli import main as command

    command()


if __name__ == "__main__":
    main()
