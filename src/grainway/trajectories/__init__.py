"""Reading trajectories of other programs, frame by frame."""
