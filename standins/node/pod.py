"""A pod: its init containers one after the other, then its containers, restarted as its policy says."""

import threading
import time
from collections.abc import Callable
from typing import Any

from standins.node.container import Container, exit_code

Json = dict[str, Any]
RESTART_SECONDS = (0, 10, 20, 40, 80, 160, 300)
"""Pauses before restarts ("Pod Lifecycle", Kubernetes documentation): at once, then 10 s, doubled up to 5 minutes."""


class Pod:
    """Runs a pod in threads of its own and reports its status."""

    def __init__(
        self,
        manifest: Json,
        address: str,
        make: Callable[[], tuple[list[Container], list[Container]]],
        report: Callable[[Json], None],
    ) -> None:
        """`make` gives the init containers and the containers; what it raises becomes the pod's status."""
        self.manifest, self.address = manifest, address
        self._make, self._report = make, report
        self._policy = manifest["spec"].get("restartPolicy", "Always")
        self.init_containers: list[Container] = []
        self.containers: list[Container] = []
        self._initialized = False
        self._trouble: Json | None = None
        self._over = threading.Event()
        self._started_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._reporting = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=manifest["metadata"]["name"], daemon=True)

    def start(self) -> None:
        self._thread.start()

    def abandon(self) -> None:
        """Start no container any more."""
        self._over.set()

    def stop(self, grace_seconds: float) -> None:
        """End the containers; returns when none runs."""
        self._over.set()
        threads = [
            threading.Thread(target=each.stop, args=(grace_seconds,), daemon=True)
            for each in (*self.init_containers, *self.containers)
        ]
        for thread in threads:
            thread.start()
        for thread in (*threads, self._thread):
            thread.join(timeout=grace_seconds + 20)

    def container(self, name: str | None) -> Container:
        """A container by its name, or the first."""
        known = [*self.containers, *self.init_containers]
        return next(each for each in known if name in (None, each.name))

    def _run(self) -> None:
        try:
            self.init_containers, self.containers = self._make()
        except (LookupError, OSError, NotImplementedError) as error:
            self._trouble = {"waiting": {"reason": "CreateContainerConfigError", "message": repr(error)}}
            self._tell()
            return
        self._tell()
        if all(self._keep_running(each, init=True) for each in self.init_containers) and not self._over.is_set():
            self._initialized = True
            threads = [
                threading.Thread(target=self._keep_running, args=(each,), daemon=True) for each in self.containers
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self._tell(final=True)

    def _keep_running(self, container: Container, *, init: bool = False) -> bool:
        """Run a container until its policy lets it rest; gives back whether it succeeded."""
        while not self._over.is_set():
            code = container.run(self._tell)
            again = (self._policy == "Always" and not init) or (self._policy != "Never" and code != 0)
            if not again or self._over.is_set():
                return code == 0
            pause = RESTART_SECONDS[min(container.restarts, len(RESTART_SECONDS) - 1)]
            container.restarts += 1
            if pause:
                container.state = {"waiting": {"reason": "CrashLoopBackOff", "message": f"for {pause} s"}}
                self._tell()
            self._over.wait(pause)
        return False

    def _tell(self, *, final: bool = False) -> None:
        with self._reporting:
            self._report(self._status(final))

    def _status(self, final: bool) -> Json:
        phase = "Running" if self._initialized else "Pending"
        codes = [exit_code(each.state) for each in self.containers]
        if final:
            succeeded = self._initialized and all(code == 0 for code in codes)
            phase = "Succeeded" if succeeded else "Failed"
        ready = bool(self.containers) and all(each.ready for each in self.containers) and not self._over.is_set()
        conditions = {"PodScheduled": True, "Initialized": self._initialized, "ContainersReady": ready, "Ready": ready}
        statuses = [each.status() for each in self.containers]
        if self._trouble:
            statuses = [
                {"name": each["name"], "image": each["image"], "imageID": "", "ready": False, "restartCount": 0,
                 "state": self._trouble}
                for each in self.manifest["spec"]["containers"]
            ]  # fmt: skip
        return {
            "phase": phase,
            "conditions": [{"type": name, "status": str(value)} for name, value in conditions.items()],
            "initContainerStatuses": [each.status() for each in self.init_containers],
            "containerStatuses": statuses,
            "podIP": self.address,
            "startTime": self._started_at,
        }
