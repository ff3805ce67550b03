"""The VPC."""

from typing import Annotated

from pydantic import Field

from settings.facts.zones import MOST_ZONES
from settings.model.base import LogRetentionDays, Settings


class NetworkSettings(Settings):
    """The VPC that everything stands in."""

    cidr: str = "10.0.0.0/16"
    """IPv4 range of the VPC, /16 to /24, from private space. Changing it replaces the VPC."""

    nat_gateways: Annotated[int, Field(ge=0, le=MOST_ZONES)] = 1
    """NAT gateways, 0 to one a zone (about 33 USD a month each). 0 needs `interface_endpoints`."""

    interface_endpoints: bool = False
    """Interface endpoints for the AWS services that nodes and add-ons call (about 7 USD a month, each, a zone)."""

    public_subnet_prefix: Annotated[int, Field(ge=16, le=28)] = 24
    """Prefix length of each zone's public subnet (NAT gateways and load balancers). Changing it replaces subnets."""

    private_subnet_prefix: Annotated[int, Field(ge=16, le=28)] = 19
    """Prefix length of each zone's private subnet (nodes, pods, FSx, database). Changing it replaces subnets."""

    flow_logs_retention_days: LogRetentionDays | None = 30
    """Days that VPC flow logs are kept; null turns flow logs off."""
