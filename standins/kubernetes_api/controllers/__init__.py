"""The control loops that make status real: what a cluster's controller manager, scheduler and kubelet do.

CronJobs are stored and never run; DaemonSets make no pods; Services get no endpoints.
"""
