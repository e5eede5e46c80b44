"""What a further evaluation is worth, and of which point (knowledge gradient; Frazier et al., 2009).

In: a model and candidates. Out: gains in decades, also per cost and for runs that may go on.
"""
