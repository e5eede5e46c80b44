"""What a boundary is made of: lithium enrichment, Gibbs excess, oxygen vacancies, widths, phase.

In: averaged frames of all atoms and heights, Å. Out: ratios, excess per nm², shares; each with its width
stated.
"""
