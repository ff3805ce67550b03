"""Breaks of what tasks get: log folders, profiles, AWS rights."""

from tests.mutants.mutant import breaks

TESTS = "tests/unit"
FOLDERS, POLICY = f"{TESTS}/k8s/test_log_folders.py", f"{TESTS}/k8s/test_task_pods.py"
WORKER, PROFILES = f"{TESTS}/k8s/test_worker_pod.py", f"{TESTS}/k8s/test_task_profiles.py"
RULES, ROLES = f"{TESTS}/settings/test_rules.py", f"{TESTS}/platform/test_task_roles.py"

MUTANTS = (
    *breaks(
        "k8s/airflow/modules/task_pods.py",
        (FOLDERS,),
        ("an author names no other task", "if name not in OWN_METADATA", "if name"),
        ("the folder is there before the pod", ".mkdir(parents=True, exist_ok=True)", ".exists()"),
        ("a task is tried again", ".mkdir(parents=True, exist_ok=True)", ".mkdir(parents=True)"),
        ("the log is named as the pod sees it", "return workload.log_path[len(folder) :]", "return workload.log_path"),
        (
            "what can't be done fails the task only",
            "except (OSError, ValueError) as error",
            "except ValueError as error",
        ),
        ("what a task gave stays as it is", "override = copy.deepcopy(override)", "override = override"),
        (
            "templates are the platform's",
            "if template and template not in templates.values()",
            "if template and not Path(template).is_file()",
        ),
        (
            "a profile and a template are not both asked for",
            "if profile not in known or template",
            "if profile not in known",
        ),
    ),
    *breaks(
        "k8s/airflow/pods/worker_pod.py",
        (WORKER,),
        (
            "a task mounts its own log folder",
            "*volumes.task_mounts(data_folders)",
            "*volumes.data_mounts(data_folders)",
        ),
        ("what a variable is made of stands before it", "*_own_names(),\n", ""),
        ("logs are uploaded by their names", "**_remote_logs(airflow), ", ""),
    ),
    *breaks(
        "k8s/airflow/pods/task_rules.py",
        (POLICY,),
        ("names of the log folder are the pod's own", " && ({kept})", ""),
        (
            "every container's names are",
            'f"variables.containers.all(c, !has(c.env)',
            'f"object.spec.containers.all(c, !has(c.env)',
        ),
    ),
    *breaks(
        "k8s/airflow/pods/profile_rules.py",
        (PROFILES,),
        ("no more than the profile's", ")) <= 0))", ")) >= 0))"),
        ("no other resource", "k in variables.most[variables.account] && ", ""),
        ("memory has a limit", "variables.limits.all(r, variables.limited[variables.account].all(k, k in r)) && ", ""),
        ("no second container", "size(object.spec.containers) == 1 && ", ""),
        ("no sidecar among init containers", "object.spec.initContainers.all(c, !has(c.restartPolicy))", "true"),
        ("no size of the whole pod", "!has(object.spec.resources) && ", ""),
        ("the profile's nodes", "object.spec.nodeSelector[k] == variables.nodes[variables.account][k]", "true"),
        ("the profile's tolerations", "t.key in variables.tolerated[variables.account]", "true"),
        ("the profile's image", "c.image.startsWith(i)", "true"),
    ),
    *breaks(
        "k8s/airflow/pods/task_profiles.py",
        (PROFILES,),
        ("a profile has an account of its own", 'else f"{names.WORKER}-{name}"', "else names.WORKER"),
        ("a profile has its size", "each.memory_mib or worker.memory_mib", "worker.memory_mib"),
        ("the agent is reached where tasks have a role", "DEFAULT: airflow.worker.role, **", "**"),
    ),
    *breaks(
        "k8s/airflow/charts/egress_policies.py",
        (PROFILES,),
        ("the agent is reached where tasks have a role", "if task_roles(context.airflow) else []", "if False else []"),
    ),
    *breaks(
        "constructs/airflow_platform/iam/task_role.py",
        (ROLES,),
        ("tasks get the target role", "target_role_arn=settings.target_role_arn,\n", ""),
        ("the platform's role may take the target", "if settings.target_role_arn:", "if False:"),
        ("conditions hold", "                    or None,", "                    and None,"),
        ("a role is one account's", "service_accounts=[service_account]", 'service_accounts=["airflow-worker"]'),
    ),
    *breaks(
        "stacks/airflow_stack.py",
        (ROLES,),
        (
            "a profile tolerates its nodes",
            "for taint in group.taints\n                )",
            "for taint in ()\n                )",
        ),
    ),
    *breaks(
        "settings/rules/task_roles.py",
        (RULES,),
        ("no administrator", "if ADMINISTRATORS.fullmatch(policy)", "if not policy"),
        ("no wildcard over what gives rights", "if service in GUARDED_SERVICES and", "if not service and"),
        ("roles are named", "if not ONE_ACCOUNTS_ROLE.fullmatch(resource)", 'if resource == "*"'),
    ),
    *breaks(
        "settings/rules/task_profiles.py",
        (RULES,),
        ("a profile has nodes", "if profile.node_labels and not groups_of(environment, profile)", "if not profile"),
        ("a profile fits", "if not any(room.holds(pod) for room in rooms)", "if not rooms"),
    ),
)
