"""The command ``grainway``, also as ``python -m grainway``."""

import os

try:
    from grainway.machine import interruption
except KeyboardInterrupt:  # before the first line of ours there is Python's own start, about 30 ms
    os.write(2, b"Interrupted.\n")
    os._exit(130)


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
        interruption.over()


if __name__ == "__main__":
    main()
