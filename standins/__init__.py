"""What stands in for AWS, for Kubernetes and for a node, where there is no account and no cluster.

No part of what is deployed: rehearsal, runtime tests and reports use it.
"""
