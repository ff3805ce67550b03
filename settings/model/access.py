"""How people reach Airflow."""

from typing import Annotated, Literal

from pydantic import Field

from settings.facts.front_door import MOST_RANGES
from settings.model.base import AsTuple, Form, Settings

HostName = Annotated[
    str,
    # The longest is that of a certificate's first name ("DomainName", RequestCertificate, ACM API reference).
    Form(
        r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
        "must be a DNS name in small letters, such as airflow.example.com",
        64,
    ),
]
CertificateArn = Annotated[
    str,
    Form(
        r"arn:aws(-cn|-us-gov)?:acm:[a-z]{2}(-[a-z]{1,12}){1,3}-[0-9]:[0-9]{12}:certificate/[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}",
        "must be the ARN of an ACM certificate, such as "
        "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
    ),
]
HostedZoneId = Annotated[
    str, Form(r"Z[A-Z0-9]{1,31}", "must be the id of a Route 53 hosted zone, such as Z0123456789ABCDEFGHIJ", 32)
]


class FrontDoorSettings(Settings):
    """How people reach Airflow: through kubectl, or at an address of its own, by a load balancer with TLS."""

    mode: Literal["port_forward", "internal", "internet"] = "port_forward"
    """`port_forward`: by `kubectl port-forward` alone. `internal`: a load balancer with private addresses, for networks
    that are connected to the VPC. `internet`: one with public addresses. About 17 USD a month each, and its use."""

    cidrs: Annotated[tuple[str, ...], AsTuple, Field(max_length=MOST_RANGES)] = ()
    """IPv4 networks that may connect to the load balancer. All of the internet is `[0.0.0.0/0]`, never a default."""

    host_name: HostName | None = None
    """DNS name that people open, such as `airflow.example.com`; `airflow.base_url` follows from it."""

    certificate_arn: CertificateArn | None = None
    """ACM certificate of `host_name`, of this region and account, where the name's DNS is not Route 53's; you make the
    record yourself, to the stack's output LoadBalancerName. Default: one is made, in `hosted_zone_id`."""

    hosted_zone_id: HostedZoneId | None = None
    """Public Route 53 zone of `host_name`: the certificate, its validation and the record are made. Default: none, with
    `certificate_arn`."""

    node_groups: Annotated[tuple[str, ...], AsTuple] = ()
    """Node groups whose nodes take the load balancer's traffic; default: all of them."""

    access_logs_days: Annotated[int, Field(ge=1, le=3653)] | None = 90
    """Days that the load balancer's log of requests is kept, in a bucket that `retain_data` keeps; null turns it
    off."""

    waf: bool = False
    """AWS WAF before the load balancer: AWS's common rules, its known bad inputs and a limit of requests (8 USD a
    month, and 0.60 for a million requests)."""

    waf_requests_per_five_minutes: Annotated[int, Field(ge=100, le=2_000_000_000)] = 3000
    """Requests of one address in five minutes that WAF lets through."""

    @property
    def has_load_balancer(self) -> bool:
        """Whether there is more than `kubectl port-forward`."""
        return self.mode != "port_forward"

    @property
    def url(self) -> str | None:
        """What people open; None without a name."""
        return f"https://{self.host_name}" if self.has_load_balancer and self.host_name else None
