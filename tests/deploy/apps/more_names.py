"""What `more.py` adds, for tests that must not import it (it is an app: it would synthesize)."""

NAME = "taken-out-later"
KINDS = ("RoleBinding", "NetworkPolicy", "CronJob", "PodDisruptionBudget", "ConfigMap", "ServiceAccount")
