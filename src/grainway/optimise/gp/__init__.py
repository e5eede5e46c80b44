"""A Gaussian process for evaluations whose noise is known (Rasmussen and Williams, 2006).

In: inputs, values, standard errors. Out: posterior means, covariances and draws, averaged over
hyperparameters.
"""
