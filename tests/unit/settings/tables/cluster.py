"""The cluster and who reaches it."""

from tests.unit.settings.cases import Bad, Changes

ADMIN = "arn:aws:iam::123456789012:role/Admin"

BAD = [
    Bad(
        "public_limited_names_its_ranges",
        {"cluster endpoint": {"access": "public_limited"}},
        "cluster.endpoint.public_cidrs",
        "[]",
    ),
    Bad(
        "only_public_limited_has_ranges",
        {"cluster endpoint": {"public_cidrs": ["198.51.100.0/24"]}},
        "cluster.endpoint.public_cidrs",
        "198.51.100.0/24",
    ),
    Bad(
        "public_ranges_are_networks",
        {"cluster endpoint": {"access": "public_limited", "public_cidrs": ["198.51.100.7/24"]}},
        "cluster.endpoint.public_cidrs[0]",
        "198.51.100.7/24",
    ),
    Bad(
        "public_ranges_are_networks",
        {"cluster endpoint": {"access": "public_limited", "public_cidrs": ["198.51.100.0/24", "everyone"]}},
        "cluster.endpoint.public_cidrs[1]",
        "everyone",
    ),
    Bad(
        "public_ranges_are_networks",
        {"cluster endpoint": {"access": "public_limited", "public_cidrs": ["198.51.100.0/24"] * 2}},
        "cluster.endpoint.public_cidrs[1]",
        "198.51.100.0/24",
    ),
    Bad(
        "public_ranges_are_limits",
        {"cluster endpoint": {"access": "public_limited", "public_cidrs": ["0.0.0.0/0"]}},
        "cluster.endpoint.public_cidrs[0]",
        "0.0.0.0/0",
    ),
    Bad(
        "public_ranges_are_limits",
        {"cluster endpoint": {"access": "public_limited", "public_cidrs": ["10.1.0.0/16"]}},
        "cluster.endpoint.public_cidrs[0]",
        "10.1.0.0/16",
    ),
    Bad(
        "public_ranges_are_few",
        {"cluster endpoint": {"access": "public_limited", "public_cidrs": [f"198.51.{n}.0/24" for n in range(41)]}},
        "cluster.endpoint.public_cidrs",
        "41",
    ),
    Bad(
        "principals_are_named_once",
        {"cluster access": {"admins": [ADMIN], "viewers": [ADMIN]}},
        "cluster.access.viewers[0]",
        ADMIN,
    ),
    Bad("principals_are_named_once", {"cluster access": {"admins": [ADMIN, ADMIN]}}, "cluster.access.admins[1]", ADMIN),
    Bad(
        "principals_are_of_the_regions_partition",
        {"cluster access": {"admins": [ADMIN.replace(":aws:", ":aws-cn:")]}},
        "cluster.access.admins[0]",
        "arn:aws-cn",
    ),
    Bad(
        "principals_are_of_the_regions_partition",
        {
            "region": "us-gov-west-1",
            "availability_zones": ["us-gov-west-1a", "us-gov-west-1b"],
            "cluster access": {"viewers": [ADMIN]},
        },
        "cluster.access.viewers[0]",
        ADMIN,
    ),
    Bad("someone_can_get_in", {"cluster controller": {"enabled": False}}, "cluster.access.admins", "[]"),
    Bad(
        "logs_are_named_once",
        {"cluster control_plane_logs": ["api", "audit", "api"]},
        "cluster.control_plane_logs[2]",
        "api",
    ),
    Bad(
        "kube_proxy_is_not_newer_than_the_cluster",
        {"cluster version": "1.35", "cluster addons": {"kube_proxy": {"version": "v1.36.0-eksbuild.2"}}},
        "cluster.addons.kube_proxy.version",
        "v1.36.0-eksbuild.2",
    ),
    Bad(
        "kube_proxy_is_not_newer_than_the_cluster",
        {"cluster addons": {"kube_proxy": {"version": "v2.0.0-eksbuild.1"}}},
        "cluster.addons.kube_proxy.version",
        "v2.0.0-eksbuild.1",
    ),
    Bad(
        "controller_needs_a_nat_gateway",
        {"network nat_gateways": 0, "network interface_endpoints": True},
        "cluster.controller.enabled",
        "true",
    ),
    Bad(
        "controller_is_a_known_instance_type",
        {"cluster controller": {"enabled": True, "instance_type": "potato.large"}},
        "cluster.controller.instance_type",
        "potato.large",
    ),
]

GOOD: list[Changes] = [
    {
        "region": "cn-north-1",
        "availability_zones": ["cn-north-1a", "cn-north-1b"],
        "cluster node_groups workers instance_types": ["m6i.large"],
        "cluster access": {"admins": ["arn:aws-cn:iam::123456789012:user/ops/ann"]},
    },
    {
        "network nat_gateways": 0,
        "network interface_endpoints": True,
        "cluster controller": {"enabled": False},
        "cluster access": {"admins": [ADMIN]},
    },
    {"cluster endpoint": {"access": "public_limited", "public_cidrs": [f"198.51.{n}.0/24" for n in range(40)]}},
    {"cluster endpoint": {"access": "private"}},
    {
        "cluster access": {
            "admins": [ADMIN],
            "viewers": [
                "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_View_0123456789abcdef"
            ],
        }
    },
    {"cluster version": "1.35", "cluster addons": {"kube_proxy": {"version": "v1.35.0-eksbuild.2"}}},
    {"cluster control_plane_logs": []},
]
