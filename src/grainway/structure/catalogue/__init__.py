"""Which boundaries can be built under caps on size and strain, and which is nearest to a wish.

In: axis, angle, inclination, caps. Out: catalogue entries (planes, periods, strain, atoms), as table and
files.
"""
