"""The perfect crystal: its sites, lithium orderings and formal charges.

In: packaged data or a file. Out: :class:`IonicCrystal`, sites once per primitive cell, and whole perfect
cells.
"""
