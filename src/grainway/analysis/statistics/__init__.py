"""Errors, means and fits that hold for every quantity: replicas, blocks, tests, Arrhenius, models.

In: estimates. Out: estimates, p-values and fits; limits enter fits as censored terms.
"""
