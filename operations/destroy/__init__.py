"""`make destroy`: remove an environment, and tell what stays."""
