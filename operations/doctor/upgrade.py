"""Before the control plane moves to another version of Kubernetes."""

from operations.doctor.check import Answer, Check, worst
from operations.doctor.context import Context

RUNBOOK = "docs/runbooks/upgrade.md"


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def no_cluster(context: Context) -> str | None:
    """A cluster that is not there can't be upgraded."""
    return f"there is no cluster {context.platform}" if context.cluster is None else None


def no_upgrade(context: Context) -> str | None:
    """The file asks for a newer version than the deployed one."""
    if context.cluster is None:
        return no_cluster(context)
    deployed, target = context.cluster["version"], context.settings.cluster.version
    return None if _minor(deployed) < _minor(target) else f"{context.platform} runs {deployed}, the file says {target}"


def step(context: Context) -> Answer:
    """Whether EKS can go from the deployed version to the file's."""
    assert context.cluster is not None
    deployed, target = context.cluster["version"], context.settings.cluster.version
    (major, minor), wanted = _minor(deployed)[:2], _minor(target)
    if wanted < (major, minor):
        return Answer.failed(
            f"{context.platform} runs {deployed}, and a deployment does not go back to {target}",
            f'set cluster.version to "{deployed}"; EKS\'s own rollback is for seven days: {RUNBOOK}',
        )
    if wanted > (major, minor + 1):
        return Answer.failed(
            f"{context.platform} runs {deployed}, and {target} is more than one minor version away",
            f'set cluster.version to "{major}.{minor + 1}" and deploy, then go on',
        )
    return Answer.passed(f"from {deployed} to {target}" if wanted != (major, minor) else deployed)


def insights(context: Context) -> Answer:
    """Whether EKS sees something on the cluster that the next version breaks."""
    target = context.settings.cluster.version
    pages = (
        context.client("eks")
        .get_paginator("list_insights")
        .paginate(
            clusterName=context.platform,
            filter={"categories": ["UPGRADE_READINESS"], "kubernetesVersions": [target]},
        )
    )
    answers, count = [], 0
    for page in pages:
        for insight in page["insights"]:
            count += 1
            status = insight.get("insightStatus") or {}
            told = f"{insight.get('name')}: {status.get('reason') or status.get('status')}"
            details = f"aws eks describe-insight --cluster-name {context.platform} --id {insight.get('id')}"
            if status.get("status") == "ERROR":
                answers.append(Answer.failed(told, details))
            elif status.get("status") != "PASSING":
                answers.append(Answer.warned(told, details))
    if not count:
        console = "look at the cluster's upgrade insights in the EKS console; they are renewed once a day"
        return Answer.warned(f"EKS has no upgrade insights for {target}", console)
    return worst(answers, Answer.passed(f"{count} insights for {target} pass"))


CHECKS = (
    Check("upgrade", "version step", step, ("eks:DescribeCluster",), no_cluster),
    Check("upgrade", "upgrade insights", insights, ("eks:DescribeCluster", "eks:ListInsights"), no_upgrade),
)
