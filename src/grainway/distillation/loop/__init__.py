"""Active learning as one work that goes on after any kill: label, train, explore, measure, release."""
