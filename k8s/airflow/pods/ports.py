"""Ports that more than one object names."""

API_PORT = 8080
SCHEDULER_HEALTH_PORT = 8974
TRIGGERER_LOG_PORT = 8794
DATABASE_PORT = 5432
DNS_PORT = 53
HTTP_PORT, HTTPS_PORT = 80, 443
KUBERNETES_API_PORTS = (443, 6443)
"""Of its Service, and of the API server of a plain Kubernetes behind it: some network plugins see the one, some the
other."""
