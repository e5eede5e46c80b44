"""``python -m grainway`` is the command ``grainway``."""

from grainway.cli import main

main()
