"""Breaks of what people run beside the CDK."""

from tests.mutants.mutant import breaks

TESTS = "tests/unit/operations"
KINDS, PLAN = f"{TESTS}/destroy/test_kinds.py", f"{TESTS}/destroy/test_plan.py"
CHANGES = f"{TESTS}/changes/test_compare.py"

MUTANTS = (
    *breaks(
        "operations/destroy/kinds.py",
        (KINDS,),
        ("a database leaves a last snapshot", "--final-db-snapshot-identifier {id}-final", "--skip-final-snapshot"),
        ("a file system that is going is gone", '!= "DELETING"', '!= "DELETED"'),
        ("what a service does not know is gone", "if is_missing(error):", "if not is_missing(error):"),
        ("a secret that waits for its end is gone", '"DeletedDate" not in', '"DeletionDate" not in'),
        ("a log group is the one of its whole name", 'group["logGroupName"] == physical_id', 'group["logGroupName"]'),
    ),
    *breaks(
        "operations/destroy/plan.py",
        (PLAN,),
        ("other versions' stacks are not destroyed", "if stack.name in self.known]", "if stack.name]"),
        ("other versions' stacks are told", "if stack.name not in self.known]", "if stack.name in self.known]"),
        ("parts are no things of their own", " if each.type not in PARTS]", "]"),
        ("data that stays is not lost", "in DATA_KINDS and not each.is_kept)", "in DATA_KINDS)"),
        ("data that goes is not kept", "in DATA_KINDS and each.is_kept)", "in DATA_KINDS)"),
        ("no destroy while CloudFormation works", "        if stack.is_busy\n", "        if not stack.is_busy\n"),
        (
            "a file that keeps data and templates that don't",
            "if retain_data and plan.lost_data:",
            "if not retain_data and plan.lost_data:",
        ),
        (
            "a file that deletes data and templates that don't",
            "if not retain_data and plan.kept_data:",
            "if retain_data and plan.kept_data:",
        ),
        ("a protected database is told before", "== INSTANCE and is_protected(", "== INSTANCE and not is_protected("),
        ("only a database is asked for its protection", "if each.type == INSTANCE and is_protected", "if is_protected"),
        (
            "data is told in the order of its removal",
            "    return sorted(\n        resources,",
            "    return sorted(\n        [],",
        ),
        ("one thing is told by its name", "if len(ids) == 1 else", "if len(ids) == 0 else"),
    ),
    *breaks(
        "operations/changes/fixed.py",
        (CHANGES,),
        (
            "what grows may grow",
            "return _number(wanted) < _number(deployed)",
            "return _number(wanted) != _number(deployed)",
        ),
        ("what grows must not shrink", "return _number(wanted) < _number(deployed)", "return False"),
        ("one minor version at a time", "> _number(deployed)[-1] + 1", "> _number(deployed)[-1] + 2"),
        ("versions are numbers", "tuple(int(part) for part in", "tuple(part for part in"),
        ("access entries for good", '== ("API", "API_AND_CONFIG_MAP")', '== ("API_AND_CONFIG_MAP", "API")'),
        (
            "a file system stays in its subnet",
            '    _file_system("SubnetIds", "storage.availability_zone", "availability_zones"),\n',
            "",
        ),
        ("a file system stays in its groups", '    _file_system("SecurityGroupIds"),\n', ""),
        ("a database keeps its name", '    _database("DBInstanceIdentifier"),\n', ""),
        ("a cluster keeps its role", '    _cluster("RoleArn"),\n', ""),
        ("no VPC goes", '    VPC: ("network", "everything stands in it"),\n', ""),
        ("no secret goes", '    "AWS::SecretsManager::Secret": ("", "Airflow can\'t do without it"),\n', ""),
        ("no group's description changes", 'path="GroupDescription"', 'path="GroupName"'),
        ("no secret's way of being made changes", 'path="GenerateSecretString"', 'path="Description"'),
    ),
    *breaks(
        "operations/changes/compare.py",
        (CHANGES,),
        (
            "a stack that is new refuses nothing",
            "for stack in deployed.keys() & wanted.keys():\n        for",
            "for stack in wanted.keys():\n        for",
        ),
        ("what goes is told", "*_gone(deployed[stack], wanted[stack]))", ")"),
        (
            "a version on one side only is told",
            "        return True\n\n\ndef _violation",
            "        return False\n\n\ndef _violation",
        ),
        (
            "each is told once",
            "            found.setdefault((violation.path, violation.rule), violation)\n    if",
            "            found.setdefault((violation.path, str(len(found))), violation)\n    if",
        ),
        ("the deployed value is told", 'f" (deployed: {before})" if isinstance', '"" if isinstance'),
        ("an export that is imported stays", "if other != stack and _imports(", "if other == stack and _imports("),
        ("an export that nobody imports may go", "            if users:\n", "            if True:\n"),
        ("an export that goes with a zone is told by the zone", "    if not found:  #", "    if True:  #"),
        ("a setting deep in a template is found", 'for key in path.split("/"):', 'for key in path.split("/")[:1]:'),
    ),
)
