"""Commands about potentials: list, check, teach, distil, validate."""
