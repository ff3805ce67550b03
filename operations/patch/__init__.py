"""`make patch-nodes`: move the nodes to the newest image of their Kubernetes version."""
