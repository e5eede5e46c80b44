"""The parameters that a campaign may choose, their bounds, and their place in the unit cube.

Two maps leave a design space. ``decode(encode(values))`` goes through the *encoding*, in which a
continuous or integer parameter takes one column and a categorical one column per choice (one-hot), so
that no order is invented between choices. ``from_unit`` takes one number per parameter and spreads the
choices evenly over [0, 1), which is what a space-filling sequence needs.

The module does not know which points can be built: snapping a point to a boundary is the campaign's work.
"""

from grainway.design_space.parameters import Categorical, Continuous, Integer, Parameter, Value
from grainway.design_space.space import DesignSpace, Values

__all__ = ["Categorical", "Continuous", "DesignSpace", "Integer", "Parameter", "Value", "Values"]
