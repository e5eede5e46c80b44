"""A validation in words, cells and figures: terminal, page, Markdown."""
