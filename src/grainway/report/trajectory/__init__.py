"""An analysed trajectory for people and scripts: terminal, page, JSON, CSV."""
