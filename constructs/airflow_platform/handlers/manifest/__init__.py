"""Applies one manifest of Kubernetes objects, waits until it runs, and removes it again."""
