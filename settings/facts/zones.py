"""Availability zones."""

FEWEST_ZONES, MOST_ZONES = 2, 3
"""EKS wants subnets in two. The addresses of three are set aside from the start: the third zone moves no subnet."""
