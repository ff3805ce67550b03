"""`make destroy`: remove an environment as it is deployed, and tell what really stays."""
