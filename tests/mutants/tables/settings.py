"""Breaks of the settings: rules, capacity, facts and defaults."""

from tests.mutants.mutant import breaks

TESTS = "tests/unit/settings"
CAPACITY, LIMITS = f"{TESTS}/test_capacity.py", f"{TESTS}/test_limits.py"
NETWORK, RULES, FORMS = f"{TESTS}/test_network_rules.py", f"{TESTS}/test_rules.py", f"{TESTS}/test_forms.py"
LOADING, FILE_SYSTEMS = f"{TESTS}/test_loading.py", f"{TESTS}/test_file_systems.py"
VERSIONS, SUPPORT = f"{TESTS}/test_versions.py", f"{TESTS}/test_support.py"
ADDONS, SECRETS = "tests/unit/constructs/cluster/test_addons.py", "tests/unit/platform/test_secrets.py"
PLATFORM_ADDONS, WIRING = "tests/unit/platform/test_addons.py", "tests/unit/platform/test_wiring.py"
DATABASE, LOCAL = "tests/unit/constructs/database", "tests/unit/k8s/test_local.py"

MUTANTS = (
    *breaks(
        "settings/rules/airflow.py",
        (LIMITS, RULES),
        (
            "no more tasks at once than the node groups hold",
            "and slots and parallelism > slots:",
            "and slots and parallelism > 2 * slots:",
        ),
        (
            "as many tasks at once as the node groups hold",
            "and slots and parallelism > slots:",
            "and slots and parallelism >= slots:",
        ),
        ("ports end at 65535", "1 <= int(port) <= 65535", "1 <= int(port) <= 65536"),
    ),
    *breaks(
        "settings/rules/local.py",
        (LIMITS, RULES),
        ("no more tasks at once than another Kubernetes holds", "parallelism > slots:", "parallelism > slots + 1:"),
    ),
    *breaks(
        "settings/rules/network.py",
        (NETWORK, RULES),
        (
            "the proposed prefix fits",
            "fitting = 32 - (most + AWS_KEEPS - 1).bit_length()",
            "fitting = 33 - (most + AWS_KEEPS - 1).bit_length()",
        ),
        (
            "the proposed prefix is the longest that fits",
            "(most + AWS_KEEPS - 1).bit_length()",
            "(most + AWS_KEEPS).bit_length()",
        ),
        ("a subnet holds all to the last address", "if most > has:", "if most > has + 4:"),
        ("a subnet may be full to the last address", "if most > has:", "if most >= has:"),
        ("three zones fit into the VPC", "return MOST_ZONES * (public + private)", "return 2 * (public + private)"),
        ("a public and a private subnet in each zone", "MOST_ZONES * (public + private)", "MOST_ZONES * private"),
        ("a VPC is /16 at most", "LARGEST, SMALLEST = 16, 24", "LARGEST, SMALLEST = 15, 24"),
        ("a VPC is /24 at least", "LARGEST, SMALLEST = 16, 24", "LARGEST, SMALLEST = 16, 25"),
        (
            "one NAT gateway a zone at most",
            "if environment.network.nat_gateways > zones:",
            "if environment.network.nat_gateways > zones + 1:",
        ),
    ),
    *breaks(
        "settings/rules/cluster.py",
        (LIMITS, RULES),
        ("addresses of carriers' NAT are no public range", ' "100.64.0.0/10",', ""),
        ("link-local addresses are no public range, to the last", '"169.254.0.0/16"', '"169.254.0.0/17"'),
        ("multicast and reserved addresses are no public range", '"224.0.0.0/3"', '"224.0.0.0/4"'),
        ("only what is private or reserved is refused", '"172.16.0.0/12"', '"172.16.0.0/11"'),
        ("a range around a private one is refused", "network.overlaps(each)", "network.subnet_of(each)"),
        ("40 ranges and no more", "MOST_PUBLIC_CIDRS = 40", "MOST_PUBLIC_CIDRS = 41"),
        ("kube-proxy may be of the cluster's version", '.split(".")[:2]] > cluster:', '.split(".")[:2]] >= cluster:'),
    ),
    *breaks(
        "settings/rules/database.py",
        (LIMITS, RULES),
        ("10% room to grow", "* 11 // 10)", "* 10 // 10)"),
        ("no more than 10% room is asked for", "* 11 // 10)", "* 12 // 10)"),
        ("retained data has backups", "environment.retain_data and", "not environment.retain_data and"),
    ),
    *breaks(
        "settings/rules/node_groups.py",
        (RULES, LIMITS),
        ("desired_size may be max_size", "group.desired_size > group.max_size", "group.desired_size >= group.max_size"),
        ("desired_size may be min_size", "group.desired_size < group.min_size", "group.desired_size <= group.min_size"),
        ("max_size may be min_size", "group.max_size < group.min_size", "group.max_size <= group.min_size"),
        ("subdomains of reserved domains are reserved", ' or prefix.endswith(f".{domain}")', ""),
        (
            "a taint is a key and an effect",
            "(taint.key, taint.effect) in seen:",
            "taint.key in {key for key, _ in seen}:",
        ),
    ),
    *breaks(
        "settings/rules/instance_types.py",
        (RULES,),
        ("a node holds 15 pods", "FEWEST_PODS = 15", "FEWEST_PODS = 10"),
        ("one architecture a group", "if architecture != known[0][1]:", 'if architecture == "none":'),
    ),
    *breaks(
        "settings/rules/storage.py",
        (RULES,),
        (
            "a time for backups needs backups",
            "is not None and not storage.backups:",
            "is not None and storage.backups:",
        ),
        ("a read cache is for hard disks", "and kind and not kind.read_cache:", "and kind and kind.read_cache:"),
    ),
    *breaks(
        "settings/capacity.py",
        (CAPACITY, NETWORK),
        ("what the kubelet keeps above four cores", "+ 2.5 * max(cores - 4, 0)", "+ 25 * max(cores - 4, 0)"),
        (
            "what the kubelet keeps of the third and fourth core",
            "5 * min(max(cores - 2, 0), 2)",
            "5 * max(cores - 2, 0)",
        ),
        ("what the kubelet keeps of the second core", "10 * (cores >= 2)", "10 * (cores > 2)"),
        ("what the hypervisor keeps", "1024 * 0.925 -", "1024 * 0.975 -"),
        ("memory that the kubelet keeps for each pod", "(255 + 11 * facts.max_pods)", "(255 + facts.max_pods)"),
        ("AWS keeps five addresses", "AWS_KEEPS = 5", "AWS_KEEPS = 4"),
        ("an interface for 1200 GiB", "GIB_PER_FILE_SERVER = 1200", "GIB_PER_FILE_SERVER = 2400"),
        ("a file system takes one address more", "// GIB_PER_FILE_SERVER) + 1", "// GIB_PER_FILE_SERVER)"),
        ("an update adds two nodes a zone", "+ max(2, -(-at_once // zones))", "+ max(1, -(-at_once // zones))"),
        (
            "slots at the start and at the largest",
            "(group.initial_size if at_start else group.max_size)",
            "(group.max_size if at_start else group.initial_size)",
        ),
        ("the largest pod is placed first", "reverse=True", "reverse=False"),
        ("pods are spread", "chosen = max(able,", "chosen = min(able,"),
        ("pods stay away from tainted nodes", "if not group.keeps_pods_away:", "if True:"),
        (
            "a node is as large as the smallest of its types",
            "min(room.mib for room in rooms)",
            "max(room.mib for room in rooms)",
        ),
    ),
    *breaks(
        "settings/facts/instance_types.py",
        (CAPACITY,),
        ("no more CPUs than a bare-metal type has", "_METAL_VCPUS = 48", "_METAL_VCPUS = 480"),
        ("four CPUs for each xl of bare metal", '4 * int(size["metal"]) if', '40 * int(size["metal"]) if'),
        ("four CPUs for each xlarge", 'vcpus = 4 * int(size["times"] or 1)', 'vcpus = 2 * int(size["times"] or 1)'),
        ("old types have less memory", "memory *= 0.93", "memory *= 1.0"),
        (
            "Graviton is told by its letter",
            'is_arm = "g" in name["options"]',
            'is_arm = "g" in name["options"] + name["family"]',
        ),
        ("addresses by CPUs, up to and with the limit", "if vcpus <= up_to)", "if vcpus < up_to)"),
        ("EKS stops at 110 pods up to 30 CPUs", "if self.vcpus <= 30", "if self.vcpus <= 300"),
        ("one interface stays warm", "min(needed + 1, self.interfaces)", "min(needed, self.interfaces)"),
    ),
    *breaks(
        "settings/facts/lustre.py",
        (FILE_SYSTEMS, RULES),
        ("SSD in steps of 2400 GiB", "dict.fromkeys(throughputs, 2400)", "dict.fromkeys(throughputs, 1200)"),
        ("HDD of 12 MB/s in steps of 6000 GiB", "12: 6000", "12: 3000"),
        ("SCRATCH_2 has no backups", "backups=False, customer", "backups=True, customer"),
    ),
    *breaks(
        "settings/model/database.py",
        (LIMITS,),
        ("a database may double", "2 * allocated)", "3 * allocated)"),
        ("a database may grow to 100 GiB", "max(100, 2", "max(50, 2"),
        ("no database grows beyond what RDS has", ", LARGEST_GIB)\n\n", ", 2 * LARGEST_GIB)\n\n"),
    ),
    *breaks(
        "settings/model/node_group.py",
        (LOADING, CAPACITY),
        ("a group starts with one node at least", "return max(self.min_size, 1) if", "return max(self.min_size, 0) if"),
        ("NoExecute keeps pods away", 'in ("NoSchedule", "NoExecute")', 'in ("NoSchedule",)'),
    ),
    *breaks(
        "settings/model/base.py",
        (FORMS,),
        ("a form is matched in full", "re.fullmatch(self.pattern, value)", "re.match(self.pattern, value)"),
        (
            "true is no number of days",
            'or isinstance(value, bool):\n        raise broken("must be a whole number of days',
            ':\n        raise broken("must be a whole number of days',
        ),
    ),
    *breaks(
        "settings/facts/platform_options.py",
        (RULES,),
        ("an option is refused in each of its forms", 'option.removesuffix("_secret")', "option"),
    ),
    *breaks(
        "settings/facts/versions.py",
        (VERSIONS, SUPPORT),
        ("fixes end with the next minor version", "if day > released)", "if day >= released)"),
        ("the next one, not the newest", "return min((day", "return max((day"),
        ("Airflow's versions came in order", '"3.2": date(2026, 4, 7)', '"3.2": date(2026, 8, 7)'),
        (
            "extended support ends after standard support",
            "date(2026, 12, 2), date(2027, 12, 2)",
            "date(2026, 12, 2), date(2025, 12, 2)",
        ),
    ),
    *breaks(
        "settings/support.py",
        (SUPPORT,),
        ("refused on the day itself", "elif today >= ends:", "elif today > ends:"),
        ("60 days of warning", "<= timedelta(days=WARNING_DAYS):", "< timedelta(days=WARNING_DAYS):"),
        ("two months", "WARNING_DAYS = 60", "WARNING_DAYS = 30"),
        (
            "who pays for more has more",
            'environment.cluster.support == "extended"',
            'environment.cluster.support != "extended"',
        ),
        (
            "a database's support is its own",
            'environment.database.support == "extended"',
            'environment.cluster.support == "extended"',
        ),
        ("extended support has its end", '("extended", of.support.extended_ends) if', '("extended", None) if'),
        ("who pays is told", "paid_since <= today and not", "paid_since > today and not"),
        ("nobody is told of a price that EKS does not take any more", " and not (ends and today >= ends)", ""),
        ("Airflow's 60 days begin with its end", "ended + timedelta(days=WARNING_DAYS)", "ended"),
        ("refused from the day on that was told", "elif today >= refused_from:", "elif today > refused_from:"),
        (
            "what was accepted is no refusal",
            "if environment.airflow.accept_unsupported:",
            "if not environment.airflow.accept_unsupported:",
        ),
        (
            "an Airflow that nobody knows is a note",
            "    if minor not in AIRFLOW_RELEASED:\n        yield",
            "    if minor not in AIRFLOW_RELEASED:\n        return\n        yield",
        ),
        ("only refusals refuse", 'if notice.level == "refused"]', 'if notice.level != "note"]'),
        (
            "a version that can't be told hides no other",
            "        except UnreadableSettingError:\n            continue",
            "        except UnreadableSettingError:\n            break",
        ),
        ("a day is no days", "if time.days == 1 else", "if time.days == 0 else"),
    ),
    *breaks(
        "settings/facts/secrets.py",
        (SECRETS, WIRING, DATABASE, LOCAL),
        (
            "each option reads its own secret",
            'file="fernet-key",\n        option="core.fernet_key"',
            'file="fernet-key",\n        option="api.secret_key"',
        ),
        ("a secret's file is its own", 'file="api-secret-key"', 'file="jwt-secret"'),
        ("a Fernet key has 43 characters", "length=43", "length=44"),
        ("RDS has a user", '        username="airflow",\n', ""),
        (
            "what only the password is generated of",
            'f"{self.key}_password" if self.username',
            "self.key if self.username",
        ),
        ("the database's URL, not its JSON", '        read_as="database-url",\n', ""),
    ),
    *breaks(
        "settings/facts/addons.py",
        (CAPACITY, ADDONS, PLATFORM_ADDONS),
        ("each pod of a DaemonSet is counted", "Room(120, 240, 2)", "Room(120, 240, 1)"),
        ("vpc-cni comes before nodes", 'setting="vpc_cni",\n        before_nodes=True,', 'setting="vpc_cni",'),
        (
            "the Pod Identity agent comes before nodes",
            'setting="eks_pod_identity_agent", before_nodes=True',
            'setting="eks_pod_identity_agent"',
        ),
        ("the driver has a role", '    service_account="fsx-csi-controller-sa",\n', ""),
        ("room to spare on each node", "for addon in ADDONS), TO_SPARE)", "for addon in ADDONS), NOTHING)"),
        (
            "what runs once is counted as often as it runs",
            "once=(Room(100, 70), Room(100, 70))",
            "once=(Room(100, 70),)",
        ),
        (
            "each add-on's requests are counted",
            "for addon in ADDONS for pod in addon.once)",
            "for addon in ADDONS[:-1] for pod in addon.once)",
        ),
    ),
    *breaks(
        "settings/images.py",
        (f"{TESTS}/test_images.py", LOCAL),
        ("Docker Hub's own images are in library/", 'f"library/{rest}"', "rest"),
        ("Docker Hub has several names", "if registry not in _OF_DOCKER_HUB:", "if registry != DOCKER_HUB:"),
        ("another registry is taken as it is", "if stands_in and registry == DOCKER_HUB else", "if stands_in else"),
        ("a port makes a registry", 'or ":" in first or', "or"),
    ),
    *breaks(
        "settings/rules/images.py",
        (RULES,),
        ("one stands for Docker Hub", "if prefix and has_cache(environment):", "if False:"),
        ("names with an account need one", "and environment.account is None:", "and False:"),
        ("a secret of the region", "if region != environment.region:", "if False:"),
        ("a secret of the account", "and account != environment.account:", "and False:"),
        ("a first pull needs a way out", "environment.network.nat_gateways == 0:", "False:"),
    ),
)
