"""Which parameter matters, and how: Sobol indices and partial dependence of the surrogate.

In: a model. Out: shares of variance and curves, each with its error over hyperparameters (Saltelli et al.,
2010).
"""
