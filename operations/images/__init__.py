"""`make images`: every image of an environment, and what it follows."""
