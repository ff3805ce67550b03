"""`make digests`: images by their content instead of their tags."""
