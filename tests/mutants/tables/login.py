"""Breaks of the login by a provider."""

from tests.mutants.mutant import breaks

LOGIN, RULES = "tests/unit/k8s/test_login.py", "tests/unit/settings/test_rules.py"

MUTANTS = (
    *breaks(
        "k8s/airflow/login/login_claims.py",
        (LOGIN,),
        (
            "an address that is not verified counts for nothing",
            'if path == "email" and str(claims.get("email_verified")).lower() != "true":',
            'if path == "email" and claims.get("email_verified") is False:',
        ),
        (
            "a claim of that very name comes first",
            "    if path in claims:\n        return claims[path]\n",
            "",
        ),
        (
            "a text is one group",
            "(value if isinstance(value, list) else [value])",
            '(value if isinstance(value, list) else str(value).split(","))',
        ),
        (
            "groups are compared as they are spelt",
            'login["roles"][each] for each in groups(claims, login["group_claims"]) if each in login["roles"]',
            'role for each in groups(claims, login["group_claims"])'
            ' for group, role in login["roles"].items() if group.lower() == each.lower().strip()',
        ),
        (
            "the default role is for who has no other",
            "    if of_groups:\n        return sorted(of_groups)\n    if login",
            "    if login",
        ),
        (
            "who has no role is refused",
            '    raise RefusedError(\n        "Your provider knows',
            '    return [] or str(\n        "Your provider knows',
        ),
        (
            "nobody takes the administrator's name on",
            "name.casefold() in {each.casefold() for each in",
            "name in {each for each in",
        ),
    ),
    *breaks(
        "k8s/airflow/pods/login.py",
        (LOGIN,),
        ("the administrator's door can be shut", "administrator if login.administrator else None", "administrator"),
        ("nothing is there by default", "    if not airflow.login.is_on:\n        return {}\n    code", "    code"),
        ("other processes have no login", "return MODULES if airflow.login.is_on else ()", "return ()"),
    ),
    *breaks(
        "k8s/airflow/components.py",
        (LOGIN,),
        ("only the API server has it", "has_the_login: bool = False", "has_the_login: bool = True"),
    ),
    *breaks(
        "k8s/airflow/charts/egress_policies.py",
        (LOGIN,),
        (
            "the way to the provider is for its ports only",
            'Rule(to=peers, ports=[_port(port, "TCP") for port in login.ports])',
            "Rule(to=peers)",
        ),
    ),
    *breaks(
        "settings/rules/login.py",
        (RULES,),
        ("an issuer without TLS is refused", 'elif parts.scheme != "https" and', 'elif parts.scheme == "ftp" and'),
        ("Airflow without TLS is refused", "and not airflow.is_port_forwarded:", "and airflow.is_port_forwarded:"),
        ("a secret elsewhere is refused", "if (partition, region) != (own, environment.region):", "if False:"),
        ("a role that nobody made is refused", "        if role not in known:", "        if not role:"),
    ),
)
