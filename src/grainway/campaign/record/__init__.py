"""The campaign's record: one SQLite file, written by the driver alone.

In: trials and outcomes. Out: rows in order; records of earlier versions are taken over.
"""
