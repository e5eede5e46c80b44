"""The engines behind :func:`grainway.optimise.make_strategy`, one module each."""
