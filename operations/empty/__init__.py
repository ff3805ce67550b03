"""Deletes a bucket with all that is in it, in every version."""
