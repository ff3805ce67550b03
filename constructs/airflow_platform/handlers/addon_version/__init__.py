"""Moves an EKS add-on to the version that fits the cluster, after the node groups have moved."""
