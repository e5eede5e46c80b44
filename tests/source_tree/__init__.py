"""The source as a tree of folders, files and functions, read without importing it."""
