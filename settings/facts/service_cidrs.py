"""Where Services of an EKS cluster have their addresses."""

SERVICE_CIDRS = ("10.100.0.0/16", "172.20.0.0/16")
"""EKS takes the one that does not overlap with the VPC ("serviceIpv4Cidr", EKS API reference). Pods ask for the
Kubernetes API at such an address, and network policies see it before it is made one of the VPC's."""
