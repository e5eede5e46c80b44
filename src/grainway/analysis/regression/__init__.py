"""What a resistivity depends on: regression with errors in variables, and the conventional baseline.

In: a table of boundaries with their errors. Out: slopes with intervals, Holm-adjusted p-values, shrunken
means.
"""
