"""Measured against published: which value with which, how strictly, and what it comes to.

In: finished runs and ``data/experiment.csv`` (each row with its source). Out: verdicts, trends, a table.
"""
