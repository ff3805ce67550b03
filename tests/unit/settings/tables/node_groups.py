"""Node groups."""

from tests.unit.settings.cases import Bad, Changes

WORKERS = "cluster node_groups workers"
SPOT = {"taints": [{"key": "spot", "effect": "NoSchedule"}]}

BAD = [
    Bad("group_name_is_allowed", {"cluster node_groups": {"Workers": {}}}, "cluster.node_groups.Workers", "Workers"),
    Bad("group_name_is_allowed", {"cluster node_groups": {"1st": {}}}, "cluster.node_groups.1st", "1st"),
    Bad("group_name_is_allowed", {"cluster node_groups": {"w" * 41: {}}}, "cluster.node_groups." + "w" * 41, "www"),
    Bad(
        "group_name_is_allowed",
        {"cluster node_groups": {"workers\n": {}}},
        "cluster.node_groups.workers\\n",
        "workers\\n",
    ),
    Bad(
        "group_names_differ", {"cluster node_groups": {"spot-a": {}, "spota": {}}}, "cluster.node_groups.spota", "spota"
    ),
    Bad(
        "group_zones_are_of_the_environment",
        {f"{WORKERS} zones": ["us-east-1a", "us-east-1c"]},
        "cluster.node_groups.workers.zones[1]",
        "us-east-1c",
    ),
    Bad(
        "group_zones_are_named_once",
        {f"{WORKERS} zones": ["us-east-1a", "us-east-1a"]},
        "cluster.node_groups.workers.zones[1]",
        "us-east-1a",
    ),
    Bad(
        "desired_size_is_at_least_the_fewest",
        {f"{WORKERS} min_size": 3, f"{WORKERS} desired_size": 2},
        "cluster.node_groups.workers.desired_size",
        "2",
    ),
    Bad(
        "desired_size_is_at_most_the_most",
        {f"{WORKERS} desired_size": 5},
        "cluster.node_groups.workers.desired_size",
        "5",
    ),
    Bad("max_size_is_at_least_the_fewest", {f"{WORKERS} min_size": 5}, "cluster.node_groups.workers.max_size", "4"),
    Bad(
        "instance_types_are_known",
        {f"{WORKERS} instance_types": ["m7i.large", "potato.large"]},
        "cluster.node_groups.workers.instance_types[1]",
        "potato.large",
    ),
    Bad(
        "instance_types_are_known",
        {f"{WORKERS} instance_types": ["a1.xlarge"]},
        "cluster.node_groups.workers.instance_types[0]",
        "a1.xlarge",
    ),
    Bad(
        "instance_types_are_named_once",
        {f"{WORKERS} instance_types": ["m7i.large", "m7i.large"]},
        "cluster.node_groups.workers.instance_types[1]",
        "m7i.large",
    ),
    Bad(
        "instance_types_are_of_one_architecture",
        {f"{WORKERS} instance_types": ["m7i.large", "m7g.large"]},
        "cluster.node_groups.workers.instance_types",
        "m7g.large",
    ),
    Bad(
        "instance_types_hold_enough_pods",
        {f"{WORKERS} instance_types": ["t3.small"]},
        "cluster.node_groups.workers.instance_types[0]",
        "t3.small",
    ),
    Bad(
        "instance_types_hold_enough_pods",
        {f"{WORKERS} instance_types": ["m7g.medium"]},
        "cluster.node_groups.workers.instance_types[0]",
        "m7g.medium",
    ),
    Bad(
        "labels_are_not_reserved",
        {f"{WORKERS} labels": {"kubernetes.io/os": "linux"}},
        "cluster.node_groups.workers.labels.kubernetes.io/os",
        "kubernetes.io/os",
    ),
    Bad(
        "labels_are_not_reserved",
        {f"{WORKERS} labels": {"node.k8s.io/x": "y"}},
        "cluster.node_groups.workers.labels.node.k8s.io/x",
        "node.k8s.io/x",
    ),
    Bad(
        "labels_are_not_reserved",
        {f"{WORKERS} labels": {"eks.amazonaws.com/nodegroup": "y"}},
        "cluster.node_groups.workers.labels.eks.amazonaws.com/nodegroup",
        "nodegroup",
    ),
    Bad(
        "taints_are_not_reserved",
        {"cluster node_groups spot": {"taints": [{"key": "fsx.csi.aws.com/agent-not-ready", "effect": "NoExecute"}]}},
        "cluster.node_groups.spot.taints[0].key",
        "fsx.csi.aws.com/agent-not-ready",
    ),
    Bad(
        "taints_are_named_once",
        {"cluster node_groups spot": {"taints": [*SPOT["taints"], *SPOT["taints"]]}},
        "cluster.node_groups.spot.taints[1].key",
        "spot",
    ),
    Bad("some_group_takes_pods", {"cluster node_groups": {"spot": SPOT}}, "cluster.node_groups", "spot"),
    Bad(
        "airflow_fits_at_the_largest",
        {f"{WORKERS} min_size": 1, f"{WORKERS} max_size": 1},
        "cluster.node_groups",
        "workers: 1",
    ),
    Bad("airflow_fits_at_the_largest", {"airflow worker": {"memory_mib": 9000}}, "cluster.node_groups", "workers: 4"),
    Bad("airflow_fits_at_the_start", {f"{WORKERS} min_size": 0}, "cluster.node_groups", "workers: 1"),
]

GOOD: list[Changes] = [
    {
        "cluster node_groups": {
            "workers": {},
            "spot-2": {**SPOT, "capacity_type": "spot", "min_size": 0, "zones": ["us-east-1a"]},
        }
    },
    {f"{WORKERS} taints": [{"key": "soft", "effect": "PreferNoSchedule"}]},
    {f"{WORKERS} labels": {"team": "data", "example.com/pool": "", "a.b_c-d": "X.y"}},
    {f"{WORKERS} instance_types": ["m7g.large", "m8gd.large", "im4gn.large"]},
    {f"{WORKERS} max_unavailable": "100%"},
    {f"{WORKERS} desired_size": 4},
]
