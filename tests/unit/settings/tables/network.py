"""Zones, tags and the VPC."""

from tests.unit.settings.cases import Bad, Changes

WORKERS = "cluster node_groups workers"

BAD = [
    Bad(
        "zones_are_named_once",
        {"availability_zones": ["us-east-1a", "us-east-1a"]},
        "availability_zones[1]",
        "us-east-1a",
    ),
    Bad(
        "zones_belong_to_the_region",
        {"availability_zones": ["us-east-1a", "us-east-2a"]},
        "availability_zones[1]",
        "us-east-2a",
    ),
    Bad("zones_belong_to_the_region", {"region": "eu-west-1"}, "availability_zones[0]", "us-east-1a"),
    Bad(
        "file_system_zone_is_of_the_environment",
        {"storage availability_zone": "us-east-1c"},
        "storage.availability_zone",
        "us-east-1c",
    ),
    Bad("keys_are_allowed", {"tags": {"aws:team": "x"}}, "tags.aws:team", "aws:team"),
    Bad("keys_are_allowed", {"tags": {"AWS:team": "x"}}, "tags.AWS:team", "AWS:team"),
    Bad("keys_are_allowed", {"tags": {"": "x"}}, "tags.", '""'),
    Bad("keys_are_allowed", {"tags": {"k" * 129: "x"}}, "tags." + "k" * 129, "kkk"),
    Bad("keys_are_allowed", {"tags": {"a*b": "x"}}, "tags.a*b", "a*b"),
    Bad("keys_are_allowed", {"tags": {" a": "x"}}, "tags. a", " a"),
    Bad(
        "keys_are_allowed", {"tags": {"kubernetes.io/cluster/x": "x"}}, "tags.kubernetes.io/cluster/x", "kubernetes.io"
    ),
    Bad("keys_differ_in_more_than_case", {"tags": {"Team": "a", "team": "b"}}, "tags.team", "team"),
    Bad("values_are_allowed", {"tags": {"team": "v" * 257}}, "tags.team", "vvv"),
    Bad("values_are_allowed", {"tags": {"team": "a\nb"}}, "tags.team", "a\\nb"),
    Bad("values_are_allowed", {"tags": {"budget": "100 €"}}, "tags.budget", "100 €"),
    Bad("values_are_allowed", {"tags": {"team": "a\ud800"}}, "tags.team", "a"),
    Bad("cidr_is_a_private_network", {"network cidr": "8.8.0.0/16"}, "network.cidr", "8.8.0.0/16"),
    Bad("cidr_is_a_private_network", {"network cidr": "10.0.0.1/16"}, "network.cidr", "10.0.0.1/16"),
    Bad("cidr_is_a_private_network", {"network cidr": "10.0.0.0/16\n"}, "network.cidr", "10.0.0.0/16\\n"),
    Bad("cidr_is_a_private_network", {"network cidr": "10.0.0.0/255.255.0.0"}, "network.cidr", "10.0.0.0/255.255.0.0"),
    Bad("cidr_is_a_private_network", {"network cidr": "fd00::/16"}, "network.cidr", "fd00::/16"),
    Bad("cidr_is_a_private_network", {"network cidr": ""}, "network.cidr", '""'),
    Bad("cidr_is_a_private_network", {"network cidr": "10.0.0.0/99"}, "network.cidr", "10.0.0.0/99"),
    Bad("cidr_has_an_allowed_size", {"network cidr": "10.0.0.0/15"}, "network.cidr", "10.0.0.0/15"),
    Bad("cidr_has_an_allowed_size", {"network cidr": "10.0.0.0/25"}, "network.cidr", "10.0.0.0/25"),
    Bad("subnets_fit", {"network private_subnet_prefix": 17}, "network.private_subnet_prefix", "17"),
    Bad(
        "subnets_fit",
        {"network public_subnet_prefix": 18, "network private_subnet_prefix": 18},
        "network.private_subnet_prefix",
        "18",
    ),
    Bad("nat_gateways_are_at_most_one_a_zone", {"network nat_gateways": 3}, "network.nat_gateways", "3"),
    Bad("no_nat_needs_interface_endpoints", {"network nat_gateways": 0}, "network.nat_gateways", "0"),
    Bad(
        "private_subnets_hold_all_nodes_and_pods",
        {"network private_subnet_prefix": 26},
        "network.private_subnet_prefix",
        "26",
    ),
    Bad(
        "private_subnets_hold_all_nodes_and_pods",
        {f"{WORKERS} max_size": 450, f"{WORKERS} instance_types": ["m7i.4xlarge"]},
        "network.private_subnet_prefix",
        "19",
    ),
]

GOOD: list[Changes] = [
    {
        "region": "eu-west-1",
        "availability_zones": ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
        "network nat_gateways": 3,
    },
    {"tags": {"Cost Center": "a b/c@d+e=f", "größe": "", "k" * 128: "v" * 256}},
    {"network cidr": "192.168.0.0/16"},
    {"network cidr": "172.16.0.0/20", "network public_subnet_prefix": 28, "network private_subnet_prefix": 22},
    {"network flow_logs_retention_days": None},
]
