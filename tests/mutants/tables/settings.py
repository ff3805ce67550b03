"""Breaks of the settings: rules, capacity, facts and defaults."""

from tests.mutants.mutant import Mutant

TESTS = "tests/unit/settings"
CAPACITY, LIMITS = f"{TESTS}/test_capacity.py", f"{TESTS}/test_limits.py"
NETWORK, RULES, FORMS = f"{TESTS}/test_network_rules.py", f"{TESTS}/test_rules.py", f"{TESTS}/test_forms.py"
LOADING, YAML = f"{TESTS}/test_loading.py", f"{TESTS}/test_yaml_file.py"

MUTANTS = (
    Mutant(
        "no more tasks at once than the node groups hold",
        "settings/rules/airflow.py",
        "and slots and parallelism > slots:",
        "and slots and parallelism > 2 * slots:",
        (
            LIMITS,
            RULES,
        ),
    ),
    Mutant(
        "as many tasks at once as the node groups hold",
        "settings/rules/airflow.py",
        "and slots and parallelism > slots:",
        "and slots and parallelism >= slots:",
        (
            LIMITS,
            RULES,
        ),
    ),
    Mutant(
        "ports end at 65535",
        "settings/rules/airflow.py",
        "1 <= int(port) <= 65535",
        "1 <= int(port) <= 65536",
        (
            LIMITS,
            RULES,
        ),
    ),
    Mutant(
        "no more tasks at once than another Kubernetes holds",
        "settings/rules/local.py",
        "parallelism > slots:",
        "parallelism > slots + 1:",
        (
            LIMITS,
            RULES,
        ),
    ),
    Mutant(
        "the proposed prefix fits",
        "settings/rules/network.py",
        "fitting = 32 - (most + AWS_KEEPS - 1).bit_length()",
        "fitting = 33 - (most + AWS_KEEPS - 1).bit_length()",
        (
            NETWORK,
            RULES,
        ),
    ),
    Mutant(
        "the proposed prefix is the longest that fits",
        "settings/rules/network.py",
        "(most + AWS_KEEPS - 1).bit_length()",
        "(most + AWS_KEEPS).bit_length()",
        (
            NETWORK,
            RULES,
        ),
    ),
    Mutant(
        "a subnet holds all to the last address",
        "settings/rules/network.py",
        "if most > has:",
        "if most > has + 4:",
        (
            NETWORK,
            RULES,
        ),
    ),
    Mutant(
        "a subnet may be full to the last address",
        "settings/rules/network.py",
        "if most > has:",
        "if most >= has:",
        (
            NETWORK,
            RULES,
        ),
    ),
    Mutant(
        "three zones fit into the VPC",
        "settings/rules/network.py",
        "return ZONES * (public + private) <=",
        "return 2 * (public + private) <=",
        (
            NETWORK,
            RULES,
        ),
    ),
    Mutant(
        "a public and a private subnet in each zone",
        "settings/rules/network.py",
        "ZONES * (public + private)",
        "ZONES * private",
        (
            NETWORK,
            RULES,
        ),
    ),
    Mutant(
        "a VPC is /16 at most",
        "settings/rules/network.py",
        "LARGEST, SMALLEST = 16, 24",
        "LARGEST, SMALLEST = 15, 24",
        (
            NETWORK,
            RULES,
        ),
    ),
    Mutant(
        "a VPC is /24 at least",
        "settings/rules/network.py",
        "LARGEST, SMALLEST = 16, 24",
        "LARGEST, SMALLEST = 16, 25",
        (
            NETWORK,
            RULES,
        ),
    ),
    Mutant(
        "one NAT gateway a zone at most",
        "settings/rules/network.py",
        "if environment.network.nat_gateways > zones:",
        "if environment.network.nat_gateways > zones + 1:",
        (
            NETWORK,
            RULES,
        ),
    ),
    Mutant(
        "addresses of carriers' NAT are no public range",
        "settings/rules/cluster.py",
        ' "100.64.0.0/10",',
        "",
        (
            LIMITS,
            RULES,
        ),
    ),
    Mutant(
        "link-local addresses are no public range, to the last",
        "settings/rules/cluster.py",
        '"169.254.0.0/16"',
        '"169.254.0.0/17"',
        (
            LIMITS,
            RULES,
        ),
    ),
    Mutant(
        "multicast and reserved addresses are no public range",
        "settings/rules/cluster.py",
        '"224.0.0.0/3"',
        '"224.0.0.0/4"',
        (
            LIMITS,
            RULES,
        ),
    ),
    Mutant(
        "only what is private or reserved is refused",
        "settings/rules/cluster.py",
        '"172.16.0.0/12"',
        '"172.16.0.0/11"',
        (
            LIMITS,
            RULES,
        ),
    ),
    Mutant(
        "a range around a private one is refused",
        "settings/rules/cluster.py",
        "network.overlaps(each)",
        "network.subnet_of(each)",
        (
            LIMITS,
            RULES,
        ),
    ),
    Mutant(
        "40 ranges and no more",
        "settings/rules/cluster.py",
        "MOST_PUBLIC_CIDRS = 40",
        "MOST_PUBLIC_CIDRS = 41",
        (
            LIMITS,
            RULES,
        ),
    ),
    Mutant(
        "kube-proxy may be of the cluster's version",
        "settings/rules/cluster.py",
        '.split(".")[:2]] > cluster:',
        '.split(".")[:2]] >= cluster:',
        (
            LIMITS,
            RULES,
        ),
    ),
    Mutant(
        "10% room to grow",
        "settings/rules/database.py",
        "* 11 // 10)",
        "* 10 // 10)",
        (
            LIMITS,
            RULES,
        ),
    ),
    Mutant(
        "no more than 10% room is asked for",
        "settings/rules/database.py",
        "* 11 // 10)",
        "* 12 // 10)",
        (
            LIMITS,
            RULES,
        ),
    ),
    Mutant(
        "retained data has backups",
        "settings/rules/database.py",
        "environment.retain_data and",
        "not environment.retain_data and",
        (
            LIMITS,
            RULES,
        ),
    ),
    Mutant(
        "desired_size may be max_size",
        "settings/rules/node_groups.py",
        "group.desired_size > group.max_size",
        "group.desired_size >= group.max_size",
        (
            RULES,
            LIMITS,
        ),
    ),
    Mutant(
        "desired_size may be min_size",
        "settings/rules/node_groups.py",
        "group.desired_size < group.min_size",
        "group.desired_size <= group.min_size",
        (
            RULES,
            LIMITS,
        ),
    ),
    Mutant(
        "max_size may be min_size",
        "settings/rules/node_groups.py",
        "group.max_size < group.min_size",
        "group.max_size <= group.min_size",
        (
            RULES,
            LIMITS,
        ),
    ),
    Mutant(
        "subdomains of reserved domains are reserved",
        "settings/rules/node_groups.py",
        ' or prefix.endswith(f".{domain}")',
        "",
        (
            RULES,
            LIMITS,
        ),
    ),
    Mutant(
        "a taint is a key and an effect",
        "settings/rules/node_groups.py",
        "(taint.key, taint.effect) in seen:",
        "taint.key in {key for key, _ in seen}:",
        (
            RULES,
            LIMITS,
        ),
    ),
    Mutant(
        "a node holds 15 pods",
        "settings/rules/instance_types.py",
        "FEWEST_PODS = 15",
        "FEWEST_PODS = 10",
        (RULES,),
    ),
    Mutant(
        "one architecture a group",
        "settings/rules/instance_types.py",
        "if architecture != known[0][1]:",
        'if architecture == "none":',
        (RULES,),
    ),
    Mutant(
        "a time for backups needs backups",
        "settings/rules/storage.py",
        "and storage.backup_retention_days == 0:",
        "and storage.backup_retention_days < 0:",
        (RULES,),
    ),
    Mutant(
        "a read cache is for hard disks",
        "settings/rules/storage.py",
        "and kind and not kind.read_cache:",
        "and kind and kind.read_cache:",
        (RULES,),
    ),
    Mutant(
        "what the kubelet keeps above four cores",
        "settings/capacity.py",
        "+ 2.5 * max(cores - 4, 0)",
        "+ 25 * max(cores - 4, 0)",
        (
            CAPACITY,
            NETWORK,
        ),
    ),
    Mutant(
        "what the kubelet keeps of the third and fourth core",
        "settings/capacity.py",
        "5 * min(max(cores - 2, 0), 2)",
        "5 * max(cores - 2, 0)",
        (
            CAPACITY,
            NETWORK,
        ),
    ),
    Mutant(
        "what the kubelet keeps of the second core",
        "settings/capacity.py",
        "10 * (cores >= 2)",
        "10 * (cores > 2)",
        (
            CAPACITY,
            NETWORK,
        ),
    ),
    Mutant(
        "what the hypervisor keeps",
        "settings/capacity.py",
        "1024 * 0.925 -",
        "1024 * 0.975 -",
        (
            CAPACITY,
            NETWORK,
        ),
    ),
    Mutant(
        "memory that the kubelet keeps for each pod",
        "settings/capacity.py",
        "(255 + 11 * facts.max_pods)",
        "(255 + facts.max_pods)",
        (
            CAPACITY,
            NETWORK,
        ),
    ),
    Mutant(
        "AWS keeps five addresses",
        "settings/capacity.py",
        "AWS_KEEPS = 5",
        "AWS_KEEPS = 4",
        (
            CAPACITY,
            NETWORK,
        ),
    ),
    Mutant(
        "an interface for 1200 GiB",
        "settings/capacity.py",
        "GIB_PER_FILE_SERVER = 1200",
        "GIB_PER_FILE_SERVER = 2400",
        (
            CAPACITY,
            NETWORK,
        ),
    ),
    Mutant(
        "a file system takes one address more",
        "settings/capacity.py",
        "// GIB_PER_FILE_SERVER) + 1",
        "// GIB_PER_FILE_SERVER)",
        (
            CAPACITY,
            NETWORK,
        ),
    ),
    Mutant(
        "an update adds two nodes a zone",
        "settings/capacity.py",
        "+ max(2, -(-at_once // zones))",
        "+ max(1, -(-at_once // zones))",
        (
            CAPACITY,
            NETWORK,
        ),
    ),
    Mutant(
        "slots at the start and at the largest",
        "settings/capacity.py",
        "(group.initial_size if at_start else group.max_size)",
        "(group.max_size if at_start else group.initial_size)",
        (
            CAPACITY,
            NETWORK,
        ),
    ),
    Mutant(
        "the largest pod is placed first",
        "settings/capacity.py",
        "reverse=True",
        "reverse=False",
        (
            CAPACITY,
            NETWORK,
        ),
    ),
    Mutant(
        "pods are spread",
        "settings/capacity.py",
        "chosen = max(able,",
        "chosen = min(able,",
        (
            CAPACITY,
            NETWORK,
        ),
    ),
    Mutant(
        "pods stay away from tainted nodes",
        "settings/capacity.py",
        "if not group.keeps_pods_away:",
        "if True:",
        (
            CAPACITY,
            NETWORK,
        ),
    ),
    Mutant(
        "a node is as large as the smallest of its types",
        "settings/capacity.py",
        "min(room.mib for room in rooms)",
        "max(room.mib for room in rooms)",
        (
            CAPACITY,
            NETWORK,
        ),
    ),
    Mutant(
        "no more CPUs than a bare-metal type has",
        "settings/facts/instance_types.py",
        "_METAL_VCPUS = 48",
        "_METAL_VCPUS = 480",
        (CAPACITY,),
    ),
    Mutant(
        "four CPUs for each xl of bare metal",
        "settings/facts/instance_types.py",
        '4 * int(size["metal"]) if',
        '40 * int(size["metal"]) if',
        (CAPACITY,),
    ),
    Mutant(
        "four CPUs for each xlarge",
        "settings/facts/instance_types.py",
        'vcpus = 4 * int(size["times"] or 1)',
        'vcpus = 2 * int(size["times"] or 1)',
        (CAPACITY,),
    ),
    Mutant(
        "old types have less memory",
        "settings/facts/instance_types.py",
        "memory *= 0.93",
        "memory *= 1.0",
        (CAPACITY,),
    ),
    Mutant(
        "Graviton is told by its letter",
        "settings/facts/instance_types.py",
        'is_arm = "g" in name["options"]',
        'is_arm = "g" in name["options"] + name["family"]',
        (CAPACITY,),
    ),
    Mutant(
        "addresses by CPUs, up to and with the limit",
        "settings/facts/instance_types.py",
        "if vcpus <= up_to)",
        "if vcpus < up_to)",
        (CAPACITY,),
    ),
    Mutant(
        "EKS stops at 110 pods up to 30 CPUs",
        "settings/facts/instance_types.py",
        "if self.vcpus <= 30",
        "if self.vcpus <= 300",
        (CAPACITY,),
    ),
    Mutant(
        "one interface stays warm",
        "settings/facts/instance_types.py",
        "min(needed + 1, self.interfaces)",
        "min(needed, self.interfaces)",
        (CAPACITY,),
    ),
    Mutant(
        "SSD in steps of 2400 GiB",
        "settings/facts/lustre.py",
        "dict.fromkeys(throughputs, 2400)",
        "dict.fromkeys(throughputs, 1200)",
        (
            RULES,
            LOADING,
        ),
    ),
    Mutant(
        "HDD of 12 MB/s in steps of 6000 GiB",
        "settings/facts/lustre.py",
        "12: 6000",
        "12: 3000",
        (
            RULES,
            LOADING,
        ),
    ),
    Mutant(
        "SCRATCH_2 has no backups",
        "settings/facts/lustre.py",
        "backups=False, customer",
        "backups=True, customer",
        (
            RULES,
            LOADING,
        ),
    ),
    Mutant(
        "a database may double",
        "settings/model/database.py",
        "2 * allocated)",
        "3 * allocated)",
        (LIMITS,),
    ),
    Mutant(
        "a database may grow to 100 GiB",
        "settings/model/database.py",
        "max(100, 2",
        "max(50, 2",
        (LIMITS,),
    ),
    Mutant(
        "no database grows beyond what RDS has",
        "settings/model/database.py",
        ", LARGEST_GIB)\n\n",
        ", 2 * LARGEST_GIB)\n\n",
        (LIMITS,),
    ),
    Mutant(
        "a group starts with one node at least",
        "settings/model/node_group.py",
        "return max(self.min_size, 1) if",
        "return max(self.min_size, 0) if",
        (
            LOADING,
            CAPACITY,
        ),
    ),
    Mutant(
        "NoExecute keeps pods away",
        "settings/model/node_group.py",
        'in ("NoSchedule", "NoExecute")',
        'in ("NoSchedule",)',
        (
            LOADING,
            CAPACITY,
        ),
    ),
    Mutant(
        "a form is matched in full",
        "settings/model/base.py",
        "re.fullmatch(self.pattern, value)",
        "re.match(self.pattern, value)",
        (FORMS,),
    ),
    Mutant(
        "true is no number of days",
        "settings/model/base.py",
        'or isinstance(value, bool):\n        raise broken("must be a whole number of days',
        ':\n        raise broken("must be a whole number of days',
        (FORMS,),
    ),
    Mutant(
        "an option is refused in each of its forms",
        "settings/facts/platform_options.py",
        'option.removesuffix("_secret")',
        "option",
        (RULES,),
    ),
)
