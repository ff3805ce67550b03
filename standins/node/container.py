"""A container: its environment, its files and its process."""

import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from standins.node import binding, process, substitution
from standins.node.binding import Bind
from standins.node.environment import environment_of
from standins.node.identity import Identities, Identity
from standins.node.image import Image, path_of
from standins.node.objects import Find
from standins.node.probe import Probe
from standins.node.volumes import Volumes, build_root

Json = dict[str, Any]


class Container:
    """A container of a pod; runs as often as it is told to."""

    def __init__(
        self,
        pod: Json,
        spec: Json,
        *,
        folder: Path,
        address: str,
        image: Image,
        volumes: Volumes,
        find: Find,
        identities: Identities,
        text: Callable[[str], str],
        machine: dict[str, str],
    ) -> None:
        """`text` puts addresses for the names of Services; `machine` is the environment that the node adds."""
        self.name: str = spec["name"]
        self.log = folder / f"{self.name}.log"
        self.log.touch()
        self.restarts = 0
        self.started = self.ready = False
        self.state: Json = {"waiting": {"reason": "ContainerCreating"}}
        self._pod, self._spec, self._find, self._image = pod, spec, find, image
        self._folder, self._address, self._text = folder, address, text
        given = environment_of(spec, pod, address, find)
        mounts = {mount["mountPath"]: volumes.place(mount, given) for mount in spec.get("volumeMounts") or ()}
        self._root = folder / "roots" / self.name
        bound = _bound(spec) if binding.possible() else {}
        self._places = build_root(self._root, mounts, image.folders, bound)
        self._environment = self._make_environment(given, machine)
        binds = [Bind(mounts[path], Path(self._places[path]), read_only) for path, read_only in bound.items()]
        self._before = [*binding.command(binds), *identities.command(self._identity())]
        self._identities = identities
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    def run(self, changed: Callable[[], None]) -> int:
        """Run the container once, with its probes, to its end; gives back the exit code."""
        command = [*self._before, *self._command()]
        self.started = self.ready = False
        self._process = running = process.start(command, self._environment, self.log, self._root)
        if self._stopping.is_set():
            self.kill()
        self.state = {"running": {"startedAt": _now()}}
        probes = {kind: Probe.of(self._spec.get(f"{kind}Probe")) for kind in ("startup", "readiness", "liveness")}
        changed()
        while running.poll() is None:
            self._probe(probes, changed)
            time.sleep(0.1)
        self.kill()
        code = running.returncode if running.returncode >= 0 else 128 - running.returncode
        reason = "Completed" if code == 0 else "Error"
        self.state = {"terminated": {"exitCode": code, "reason": reason, "finishedAt": _now()}}
        self.started = self.ready = False
        changed()
        return code

    def stop(self, grace_seconds: float) -> None:
        """Ask the process to end, after its preStop hook, and end it when the grace period is over."""
        self._stopping.set()
        deadline = time.monotonic() + grace_seconds
        running = self._process
        if running is None or running.poll() is not None:
            return
        hook = ((self._spec.get("lifecycle") or {}).get("preStop") or {}).get("exec")
        if hook and grace_seconds > 0:
            self.execute(hook["command"], timeout=grace_seconds)
        process.signal_session(running, self._image.stop_signal)
        while running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to everything in the container, as the kernel does when it is out of memory."""
        sandbox, session = Path(self._environment[process.MARK]), self._process.pid if self._process else -1
        process.kill(lambda: process.of_container(sandbox, self.name, session))

    def execute(self, command: list[str], timeout: float) -> int:
        """Run a command in the container, as a probe or `kubectl exec` does; gives back its exit code."""
        # The container's own 127.0.0.1 is the pod's address here.
        words = [word if word not in ("127.0.0.1", "localhost") else self._address for word in command]
        with (self._folder / f"{self.name}.exec.log").open("ab") as output:
            try:
                done = subprocess.run(
                    [*self._before, *self._placed(words)],
                    env=self._environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                    timeout=timeout, cwd=self._root, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                return 124
        return done.returncode

    def port(self, port: int | str) -> int:
        """A port by its number or its name."""
        named = {each.get("name"): int(each["containerPort"]) for each in self._spec.get("ports") or ()}
        return port if isinstance(port, int) else named[port]

    def status(self) -> Json:
        """The container's part of the pod's status."""
        return {
            "name": self.name, "image": self._spec["image"], "imageID": "", "state": self.state,
            "ready": self.ready, "started": self.started, "restartCount": self.restarts,
        }  # fmt: skip

    def _probe(self, probes: dict[str, Probe | None], changed: Callable[[], None]) -> None:
        before = (self.started, self.ready)
        startup, readiness, liveness = probes["startup"], probes["readiness"], probes["liveness"]
        if not self.started:
            self.started = startup is None or startup.look(self, self._address) is True
            if startup is not None and startup.failed:
                self._give_up("startup")
        if self.started:
            self.ready = readiness is None or readiness.look(self, self._address) is True
            if liveness is not None and liveness.look(self, self._address) is False:
                self._give_up("liveness")
        if before != (self.started, self.ready):
            changed()

    def _give_up(self, probe: str) -> None:
        with self.log.open("a") as log:
            log.write(f"--- kubelet: the {probe} probe failed; the container is restarted\n")
        self.stop(30)
        self._stopping.clear()

    def _identity(self) -> Identity:
        context = {**(self._pod["spec"].get("securityContext") or {}), **(self._spec.get("securityContext") or {})}
        groups = [context["fsGroup"]] if "fsGroup" in context else []
        user = context.get("runAsUser", 0) if self._image.known_user is None else self._image.known_user
        return Identity(user, context.get("runAsGroup", 0), tuple(groups))

    def _command(self) -> list[str]:
        words = [*(self._spec.get("command") or ()), *(self._spec.get("args") or ())]
        # The image's entry point starts the arguments, unless the container has a command of its own.
        start = [] if self._spec.get("command") else [str(self._image.entry_point)]
        words = self._identities.words(self._identity(), words)
        return [*start, *self._placed(substitution.variables(word, self._environment) for word in words)]

    def _placed(self, words: Any) -> list[str]:
        return [self._text(substitution.paths(word, self._places)) for word in words]

    def _make_environment(self, given: dict[str, str], machine: dict[str, str]) -> dict[str, str]:
        # "All addresses" is the pod's own.
        placed = {
            name: self._placed([value.replace("0.0.0.0", self._address)])[0]
            for name, value in {**self._image.environment, **given}.items()
        }
        return {
            "LANG": "C.UTF-8",
            **placed,
            # Lists of folders: the node's own before the manifest's.
            **{
                name: os.pathsep.join([value, placed[name]] if name in placed else [value])
                for name, value in self._image.machine.items()
            },
            **machine,
            "PATH": path_of(self._image),
            "TMPDIR": os.path.realpath(self._root / "tmp"),  # for programs that use /tmp without naming it
            "HOSTNAME": self._pod["metadata"]["name"],
            "POD_ADDRESS": self._address,
            process.CONTAINER: self.name,
        }


def _bound(spec: Json) -> dict[str, bool]:
    """Paths to bind, and whether to read only: all of a volume of which the container sees a folder of its own."""
    mounts = spec.get("volumeMounts") or ()
    held = {mount["name"] for mount in mounts if "subPathExpr" in mount}
    return {mount["mountPath"]: bool(mount.get("readOnly")) for mount in mounts if mount["name"] in held}


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def exit_code(state: Json) -> int | None:
    """The exit code in a container's state, if it has ended."""
    ended = state.get("terminated")
    return None if ended is None else int(ended["exitCode"])


def environment_mark(folder: Path) -> str:
    """The mark of the processes of a pod whose folder this is."""
    return os.fspath(folder / "sandbox.json")
