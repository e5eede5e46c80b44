"""How far a model is from its teacher, class by class, with errors over origins.

In: a model and held-out frames. Out: accuracies, a paired comparison of rounds, the data card.
"""
