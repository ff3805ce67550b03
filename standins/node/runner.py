"""The node: plays the pods of the Kubernetes stand-in as processes."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from standins.node import process, substitution
from standins.node.addresses import Addresses
from standins.node.container import Container, environment_mark
from standins.node.identity import Identities
from standins.node.image import Images
from standins.node.objects import Find
from standins.node.pod import Pod
from standins.node.volumes import Volumes, write_sandbox

Json = dict[str, Any]

SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"


class ProcessRunner:
    """A runner (standins/kubernetes_api/runner.py) whose containers are processes of this machine."""

    def __init__(self, folder: Path, images: Images, identities: Identities, addresses: Addresses) -> None:
        self._folder, self._images, self._identities, self._addresses = folder, images, identities, addresses
        self.storage = folder / "node"
        self.storage.mkdir()
        self._pods: dict[str, Pod] = {}
        self._lock = threading.Lock()
        self._find: Find = lambda kind, namespace, name: None
        self._token: Callable[[str, str], str] = lambda namespace, account: ""
        self._services: Callable[[], dict[str, str]] = dict
        self._machine: dict[str, str] = {}
        self._authority = Path()

    def connect(
        self,
        *,
        find: Find,
        token: Callable[[str, str], str],
        services: Callable[[], dict[str, str]],
        url: str,
        authority: Path,
    ) -> None:
        """Tell the node of the API that it serves; `services` gives the address of each Service by its name."""
        self._find, self._token, self._services, self._authority = find, token, services, authority
        host, port = url.removeprefix("https://").split(":")
        self._machine = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port}

    def start(self, pod: Json, report: Callable[[Json], None]) -> None:
        address = self._addresses.new()
        running = Pod(pod, address, lambda: self._containers(pod, address), report)
        with self._lock:
            self._pods[pod["metadata"]["uid"]] = running
        running.start()

    def stop(self, pod: Json, grace_seconds: int, ended: Callable[[], None]) -> None:
        running = self._pods.get(pod["metadata"]["uid"])

        def stop() -> None:
            if running is not None:
                running.stop(grace_seconds)
            ended()

        threading.Thread(target=stop, daemon=True).start()

    def forget(self, uid: str) -> None:
        running = self._pods.get(uid)
        if running is not None:
            threading.Thread(target=running.stop, args=(0,), daemon=True).start()

    def logs(self, pod: Json, container: str | None, query: dict[str, str]) -> Iterator[bytes]:
        running = self._pods.get(pod["metadata"]["uid"])
        if running is None:
            return
        of = running.container(container)
        follow = query.get("follow") in ("true", "True", "1")
        tail = query.get("tailLines")
        with of.log.open("rb") as file:
            if tail is not None:
                yield b"".join(file.readlines()[-int(tail) :] if int(tail) else [])
            while True:
                piece = file.read(65536)
                if piece:
                    yield piece
                elif not follow or "terminated" in of.state:
                    return
                else:
                    time.sleep(0.2)

    def close(self) -> None:
        """End every process of every pod at once."""
        with self._lock:
            running = list(self._pods.values())
        for pod in running:
            pod.abandon()
        process.kill(lambda: process.of_run(self._folder))
        for pod in running:
            pod.stop(0)

    def pod(self, manifest: Json) -> Pod:
        """A pod that runs, or ran, here."""
        return self._pods[manifest["metadata"]["uid"]]

    def _containers(self, pod: Json, address: str) -> tuple[list[Container], list[Container]]:
        metadata, spec = pod["metadata"], pod["spec"]
        folder = self._folder / "pods" / f"{metadata['name']}-{metadata['uid'][:8]}"
        folder.mkdir(parents=True)

        account = self._service_account(pod, folder)

        def text(content: str) -> str:
            placed = substitution.paths(content, {SERVICE_ACCOUNT: str(account or "/nowhere")})
            return substitution.services(placed, self._services(), metadata["namespace"])

        images = {each["image"]: self._images.named(each["image"]) for each in _specs(spec)}
        volumes = Volumes(pod, folder, find=self._find, storage=self.storage, identities=self._identities, text=text)
        sandbox = Path(environment_mark(folder))
        write_sandbox(sandbox, address=address, name=metadata["name"], service_account=account)

        def made(each: Json) -> Container:
            return Container(
                pod, each, folder=folder, address=address, image=images[each["image"]], volumes=volumes,
                find=self._find, identities=self._identities, text=text,
                machine={**self._machine, process.MARK: str(sandbox)},
            )  # fmt: skip

        return [made(each) for each in spec.get("initContainers") or ()], [made(each) for each in spec["containers"]]

    def _service_account(self, pod: Json, folder: Path) -> Path | None:
        namespace, name = pod["metadata"]["namespace"], pod["spec"].get("serviceAccountName", "default")
        account = self._find("ServiceAccount", namespace, name) or {}
        mounted = pod["spec"].get("automountServiceAccountToken")
        if mounted is None:
            mounted = account.get("automountServiceAccountToken", True)
        if not mounted:
            return None
        place = folder / "serviceaccount"
        place.mkdir()
        shutil.copy(self._authority, place / "ca.crt")
        (place / "token").write_text(self._token(namespace, name))
        (place / "namespace").write_text(namespace)
        for file in place.iterdir():
            file.chmod(0o644)
        return place


def _specs(spec: Json) -> list[Json]:
    return [*(spec.get("initContainers") or ()), *spec["containers"]]
