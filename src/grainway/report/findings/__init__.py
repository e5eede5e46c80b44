"""What follows from a campaign's results taken together: ranking, comparison, effects, polycrystal.

In: a campaign summary. Out: records with estimates; every finding is computed here once.
"""
