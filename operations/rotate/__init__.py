"""`make rotate`: a new key or password in the place of one, under running tasks."""
