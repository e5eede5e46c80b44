"""Numbers, quantities and sentences as people read them, for page, terminal and scripts alike."""
