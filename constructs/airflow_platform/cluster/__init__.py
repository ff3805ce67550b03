"""The cluster: control plane, nodes, add-ons, and the way for charts onto it."""
