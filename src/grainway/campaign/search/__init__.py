"""Between the record and the optimiser: proposals that exist, what is told, what runs next, when to stop.

In: rows of the record. Out: trials, convergence checks, a recommendation, a second opinion.
"""
