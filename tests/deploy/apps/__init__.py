"""Variants of app.py, for what only another version of the code can show."""
