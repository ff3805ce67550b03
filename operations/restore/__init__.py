"""`make restore`: what the environment file must say to bring a platform up from a backup set."""
