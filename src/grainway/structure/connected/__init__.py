"""Boundaries that meet: columns, networks and steps.

In: a recipe with ``connection``. Out: the framework of a cell whose grains keep their formula, gaps opened.
"""
