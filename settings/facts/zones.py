"""Availability zones."""

CONTROL_PLANE_ZONES = 2
"""Of the environment's first zones: "The subnets passed as an update must contain the same set of AZs as originally
passed when creating the cluster" (EKS's own words, aws/containers-roadmap #170). With a third one in it, appending a
zone could not be deployed. The control plane itself runs in three zones whatever subnets it has."""

FEWEST_ZONES, MOST_ZONES = 2, 3
"""EKS wants subnets in two. The addresses of three are set aside from the start: the third zone moves no subnet."""
