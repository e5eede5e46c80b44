"""What the machine offers: processors, locks on folders, and files that are whole or not there.

In: paths and contents. Out: the same on disk, also after a kill at any time. Knows no physics.
"""
