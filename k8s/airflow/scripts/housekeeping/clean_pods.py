"""Delete pods and Jobs of tasks that have ended long ago, and say which.

Airflow deletes a task's pod when the task has ended; this is for what it left: while it was away, where its options say
so, and what operators of tasks have made.
"""

import argparse
import json
import os
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]
ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
OF_TASKS = "dag_id,task_id"
"""Labels that Airflow's executor, and its operators, give to what belongs to a task."""

PAGE = 200
"""Objects at once: a page of pods of 20 KiB each has to fit into memory."""


class Resource(NamedTuple):
    """What to look for."""

    name: str
    path: str


PODS = Resource("pods", "/api/v1/namespaces/{namespace}/pods")
JOBS = Resource("Jobs", "/apis/batch/v1/namespaces/{namespace}/jobs")


class Kubernetes:
    """The two requests that this account may make."""

    def __init__(self, folder: Path = ACCOUNT) -> None:
        host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
        self._url = f"https://{f'[{host}]' if ':' in host else host}:{port}"
        self._folder = folder
        self._trust = ssl.create_default_context(cafile=str(folder / "ca.crt"))
        self.namespace = (folder / "namespace").read_text().strip()

    def list(self, resource: Resource) -> Iterator[Json]:
        """All that belong to tasks."""
        token = ""
        while True:
            query = {"labelSelector": OF_TASKS, "limit": str(PAGE), **({"continue": token} if token else {})}
            page = self._request("GET", f"{self._path(resource)}?{urllib.parse.urlencode(query)}")
            yield from page["items"]
            token = page["metadata"].get("continue", "")
            if not token:
                return

    def delete(self, resource: Resource, found: Json) -> None:
        """Delete this very object; not one that has got its name since, nor one that has gone meanwhile."""
        metadata = found["metadata"]
        options = {"propagationPolicy": "Background", "preconditions": {"uid": metadata["uid"]}}
        try:
            self._request("DELETE", f"{self._path(resource)}/{metadata['name']}", options)
        except urllib.error.HTTPError as error:
            if error.code not in (404, 409):
                raise

    def _path(self, resource: Resource) -> str:
        return resource.path.format(namespace=self.namespace)

    def _request(self, method: str, path: str, body: "Json | None" = None) -> Json:
        request = urllib.request.Request(self._url + path, method=method)  # noqa: S310 https, above
        request.add_header("Authorization", f"Bearer {(self._folder / 'token').read_text().strip()}")
        request.add_header("Content-Type", "application/json")
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data, timeout=60, context=self._trust) as answer:  # noqa: S310
            found: Json = json.load(answer)
        return found


def pod_ended(pod: Json) -> "datetime | None":
    """When a pod ended; None: it has not. One that never started, such as an evicted one, ended when it was made."""
    status = pod.get("status") or {}
    if status.get("phase") not in ("Succeeded", "Failed"):
        return None
    states = [each.get("state") or {} for each in status.get("containerStatuses") or ()]
    times = [state["terminated"].get("finishedAt") for state in states if "terminated" in state]
    return max((_time(each) for each in times if each), default=_time(pod["metadata"]["creationTimestamp"]))


def job_ended(job: Json) -> "datetime | None":
    """When a Job ended; None: it has not."""
    for each in (job.get("status") or {}).get("conditions") or ():
        if each["type"] in ("Complete", "Failed") and each["status"] == "True":
            return _time(each["lastTransitionTime"])
    return None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def clean(kubernetes: Kubernetes, before: datetime) -> "dict[str, int]":
    """Delete what ended before; gives back how many, by what they are."""
    gone = {}
    for resource, ended in ((JOBS, job_ended), (PODS, pod_ended)):
        old = [each for each in kubernetes.list(resource) if (when := ended(each)) and when < before]
        for each in old:
            kubernetes.delete(resource, each)
            print(f"{resource.name} {each['metadata']['name']}", flush=True)
        gone[resource.name] = len(old)
    return gone


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep-days", type=int, required=True)
    days = parser.parse_args().keep_days
    try:
        gone = clean(Kubernetes(), datetime.now(timezone.utc) - timedelta(days=days))
    except (OSError, urllib.error.URLError) as error:
        sys.exit(f"The Kubernetes API: {error}")
    told = " and ".join(f"{count} {name}" for name, count in gone.items())
    print(f"Done: {told} of tasks that ended more than {days} days ago have gone.")
