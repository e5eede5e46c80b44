"""A campaign on the terminal: tables, sentences, progress."""
