"""The runs of a validation: what each measures, side by side, kept as soon as finished."""
