"""Jobs, each under a name that changes with what it runs."""

from collections.abc import Mapping

from cdk8s_plus_28 import k8s as kube
from constructs import Construct

from k8s.airflow.pods.checksum import checksum


def add_job(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    namespace: str,
    labels: Mapping[str, str],
    spec: kube.JobSpec,
    annotations: Mapping[str, str] | None = None,
) -> None:
    """A Job's template is immutable, so another template is another Job, which runs again; the old one is pruned.

    `annotations` stand on the Job itself, not in its template, and may hold tokens: no name can follow them.
    """
    digest = checksum(kube.KubeJob.manifest(spec=spec))[:10]
    kube.KubeJob(
        scope,
        construct_id,
        metadata=kube.ObjectMeta(
            name=f"{name}-{digest}", namespace=namespace, labels=labels, annotations=annotations or None
        ),
        spec=spec,
    )
