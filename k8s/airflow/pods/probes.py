"""Probes, with periods and limits as measured."""

from dataclasses import dataclass

from cdk8s_plus_28 import k8s as kube

from k8s.airflow.pods import paths

# A first start took 34 s on an idle machine; five minutes are for a node that is starting everything at once.
STARTUP_SECONDS = 300
# Long enough for the restart of a database (its outage ends components by themselves after 50 s).
LIVENESS_PERIOD_SECONDS = 30
LIVENESS_FAILURES = 5


@dataclass(frozen=True, kw_only=True)
class Probes:
    """The three probes of a container."""

    startup: kube.Probe
    liveness: kube.Probe
    readiness: kube.Probe


@dataclass(frozen=True)
class HttpCheck:
    """An HTTP request to the container."""

    path: str
    port: int


@dataclass(frozen=True)
class HeartbeatCheck:
    """The age of the Airflow job's heartbeat in the database, which Airflow writes every 5 seconds.

    Two minutes are an age that no parsing of a big DAG file reaches; `airflow jobs check` (30 s) made pods flap.
    """

    job_type: str


def probes_of(check: HttpCheck | HeartbeatCheck) -> Probes:
    """The probes that ask this."""
    if isinstance(check, HttpCheck):
        get = kube.HttpGetAction(path=check.path, port=kube.IntOrString.from_number(check.port))
        return _probes(http_get=get, period=10, timeout=10)
    command = paths.script("heartbeat", check.job_type, "--max-age-seconds", "120")
    return _probes(exec_=kube.ExecAction(command=command), period=20, timeout=15)


def _probes(
    *, http_get: kube.HttpGetAction | None = None, exec_: kube.ExecAction | None = None, period: int, timeout: int
) -> Probes:
    return Probes(
        startup=kube.Probe(
            http_get=http_get,
            exec=exec_,
            period_seconds=5,
            timeout_seconds=timeout,
            failure_threshold=STARTUP_SECONDS // 5,
        ),
        liveness=kube.Probe(
            http_get=http_get,
            exec=exec_,
            period_seconds=LIVENESS_PERIOD_SECONDS,
            timeout_seconds=timeout,
            failure_threshold=LIVENESS_FAILURES,
        ),
        readiness=kube.Probe(
            http_get=http_get, exec=exec_, period_seconds=period, timeout_seconds=timeout, failure_threshold=3
        ),
    )
