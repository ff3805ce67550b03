"""Runs a pod's containers as processes of this machine: what a node does, without container images or namespaces.

Each process gets the pod's environment and files and nothing else of Kubernetes: mounts are folders under a root of
the container's own, and their paths are replaced in commands, arguments and environment. Each pod has a loopback
address of its own (all of 127.0.0.0/8 is loopback on Linux), so that ports stay those of the manifests; Services are
forwarded to ready pods. docs/runtime.md says what this leaves unproved.
"""
