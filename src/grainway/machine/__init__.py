"""What the machine offers: processors, locks on folders, files that are whole or not there, orderly ends.

In: paths, contents, signals. Out: the same on disk, also after a kill at any time, and no child that outlives
its parent. Knows no physics.
"""
