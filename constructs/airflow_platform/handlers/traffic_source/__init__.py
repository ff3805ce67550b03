"""Attaches a target group to the Auto Scaling groups of an EKS node group."""
