"""Refuses a version of Kubernetes that EKS does not offer every add-on for, before the control plane moves."""
