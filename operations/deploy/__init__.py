"""`make deploy`: check, show what gets more permissions, ask, deploy."""
