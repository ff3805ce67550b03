"""One file of a release, for `kubectl apply -f`."""

from collections.abc import Iterable

import cdk8s

from k8s.airflow.release import Step


def render(steps: Iterable[Step]) -> str:
    """All objects as a multi-document YAML, in the order in which they are applied. Needs plain values, no tokens."""
    documents = [document for step in steps for document in step.chart.to_json()]
    return cdk8s.Yaml.stringify(*documents)
