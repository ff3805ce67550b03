"""What a load balancer before Airflow is bound to."""

NODE_PORT = 30080
"""The port of every node that leads to the API server. From the part of the range that Kubernetes gives to nobody by
itself ("ServiceNodePortStaticSubrange", Kubernetes documentation). Another port is another target group."""

MOST_RANGES = 25
"""Each range is two rules, for 443 and 80; a security group has 60 ("Amazon VPC quotas")."""

WIDEST_PREFIX = 8
"""Prefix length of the widest range that is still a limit."""

SMALLEST_SUBNET_PREFIX = 27
"""A load balancer's subnets ("Subnets for your load balancer", Application Load Balancers guide)."""

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
"""TLS 1.3 and 1.2, with forward secrecy ("Security policies for your Application Load Balancer"). The default of
CloudFormation's, ELBSecurityPolicy-2016-08, allows TLS 1.0."""

KEEP_ALIVE_SECONDS = 120
"""Airflow's default of `api.worker_timeout`: the API server closes a connection that has been idle for so long."""

IDLE_SECONDS = 110
"""The load balancer closes an idle connection first; the other way round some requests meet one that is just closed,
and fail ("HTTP 502: Bad gateway", Application Load Balancers troubleshooting). A log that is followed may be silent for
as long."""

DRAIN_SECONDS = 120
"""How long a node that goes may answer its last requests. Auto Scaling ends it no sooner."""
