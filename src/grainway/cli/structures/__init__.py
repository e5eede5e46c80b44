"""Commands that make structures: build, library, ground-state."""
