"""Probes, with periods and limits as measured."""

from dataclasses import dataclass

from cdk8s_plus_28 import k8s

from k8s.airflow.pods import paths

# A first start took 34 s on an idle machine; five minutes are for a node that is starting everything at once.
STARTUP_SECONDS = 300
# Long enough for the restart of a database (its outage ends components by themselves after 50 s).
LIVENESS_PERIOD_SECONDS = 30
LIVENESS_FAILURES = 5


@dataclass(frozen=True, kw_only=True)
class Probes:
    """The three probes of a container."""

    startup: k8s.Probe
    liveness: k8s.Probe
    readiness: k8s.Probe


def http_probes(path: str, port: int) -> Probes:
    """Probes by an HTTP request."""
    return _probes(http_get=k8s.HttpGetAction(path=path, port=k8s.IntOrString.from_number(port)), period=10, timeout=10)


def heartbeat_probes(job_type: str) -> Probes:
    """Probes by the age of the job's heartbeat in the database, which Airflow writes every 5 seconds.

    Two minutes are an age that no parsing of a big DAG file reaches; `airflow jobs check` (30 s) made pods flap.
    """
    command = paths.script("heartbeat", job_type, "--max-age-seconds", "120")
    return _probes(exec_=k8s.ExecAction(command=command), period=20, timeout=15)


def _probes(
    *, http_get: k8s.HttpGetAction | None = None, exec_: k8s.ExecAction | None = None, period: int, timeout: int
) -> Probes:
    return Probes(
        startup=k8s.Probe(
            http_get=http_get,
            exec=exec_,
            period_seconds=5,
            timeout_seconds=timeout,
            failure_threshold=STARTUP_SECONDS // 5,
        ),
        liveness=k8s.Probe(
            http_get=http_get,
            exec=exec_,
            period_seconds=LIVENESS_PERIOD_SECONDS,
            timeout_seconds=timeout,
            failure_threshold=LIVENESS_FAILURES,
        ),
        readiness=k8s.Probe(
            http_get=http_get, exec=exec_, period_seconds=period, timeout_seconds=timeout, failure_threshold=3
        ),
    )
