"""A pod's volumes, and a container's mounts of them, as folders of this machine."""

import json
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from typing import Any

from standins.node import substitution
from standins.node.identity import Identities
from standins.node.objects import Find, content, get

Json = dict[str, Any]


class Volumes:
    """Makes the folders behind a pod's volumes."""

    def __init__(
        self, pod: Json, folder: Path, *, find: Find, storage: Path, identities: Identities, text: Callable[[str], str]
    ) -> None:
        """`storage` is the node's disk: host paths and provisioned volumes are folders in it.

        `text` is applied to the content of files from ConfigMaps and Secrets.
        """
        self._namespace = pod["metadata"]["namespace"]
        self._fs_group = (pod["spec"].get("securityContext") or {}).get("fsGroup")
        self._folder, self._find, self._storage = folder, find, storage
        self._scratch, self._uid = storage.parent / "e", pod["metadata"]["uid"]
        self._identities, self._text = identities, text
        self._places = {volume["name"]: self._make(volume) for volume in pod["spec"].get("volumes") or ()}

    def place(self, mount: Json, environment: Mapping[str, str]) -> Path:
        """The folder or file that a volume mount shows. Raises OSError for a subPath that leads out."""
        root: Path = self._places[mount["name"]]
        below = mount.get("subPath") or substitution.variables(mount.get("subPathExpr", ""), environment)
        if below.startswith("/") or ".." in below.split("/") or "$(" in below:
            raise OSError(f"no place for the subPath {below}")
        place = root
        for step in below.split("/") if below else ():
            place /= step
            if not place.exists():
                # As the kubelet makes it: root's, with the mode of the volume's root (doSafeMakeDir).
                place.mkdir()
                place.chmod(root.stat().st_mode & 0o7777)
        return place

    def _make(self, volume: Json) -> Path:
        if "persistentVolumeClaim" in volume:
            return self._claimed(volume["persistentVolumeClaim"]["claimName"])
        if "emptyDir" in volume:
            # A short path: programs put sockets into /tmp, and the path of a socket has 107 characters at most.
            scratch: Path = self._scratch / f"{self._uid[:8]}{volume['name'][:3]}"
            scratch.mkdir(parents=True)
            self._identities.give(scratch, 0, self._fs_group or 0, 0o2777 if self._fs_group else 0o777)
            return scratch
        place: Path = self._folder / "volumes" / volume["name"]
        place.mkdir(parents=True)
        if "configMap" in volume:
            source, name = volume["configMap"], volume["configMap"]["name"]
            files = content(self._find, "ConfigMap", self._namespace, name)
        elif "secret" in volume:
            source, name = volume["secret"], volume["secret"]["secretName"]
            files = content(self._find, "Secret", self._namespace, name)
        else:
            raise NotImplementedError(f"a volume of {sorted(volume)}")
        for key, value in files.items():
            (place / key).write_text(self._text(value))
            self._identities.give(place / key, 0, self._fs_group or 0, source.get("defaultMode", 0o644))
        place.chmod(0o755)
        return place

    def _claimed(self, claim_name: str) -> Path:
        claim = get(self._find, "PersistentVolumeClaim", self._namespace, claim_name)
        volume = self._find("PersistentVolume", None, claim["spec"]["volumeName"])
        assert volume is not None
        if "hostPath" in volume["spec"]:
            # fsGroup is not applied to host paths, as it is not to a volume that many nodes mount.
            folder: Path = self._storage / volume["spec"]["hostPath"]["path"].lstrip("/")
            folder.mkdir(parents=True, exist_ok=True)
            return folder
        place: Path = self._storage / "provisioned" / volume["metadata"]["name"]
        if not place.exists():
            place.mkdir(parents=True)
            self._identities.give(place, 0, self._fs_group or 0, 0o2775)
        return place


def build_root(
    root: Path, mounts: dict[str, Path], image_folders: tuple[str, ...], bound: Container[str] = ()
) -> dict[str, str]:
    """Make a container's root with its mounts in it; gives back what to put in the place of which path.

    Everything but the mounts is closed to writing, as in a read-only root file system. Those of `bound` are empty
    folders, the others links.
    """
    root.mkdir(parents=True)
    for folder in image_folders:
        (root / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
    for path, place in mounts.items():
        link = root / path.lstrip("/")
        link.parent.mkdir(parents=True, exist_ok=True)
        if path in bound:
            link.mkdir(exist_ok=True)
            continue
        if link.is_dir():
            link.rmdir()
        link.symlink_to(place)
    for made in (root, *(each for each in root.rglob("*") if each.is_dir() and not each.is_symlink())):
        made.chmod(0o555)
    return {path: str(root / path.lstrip("/")) for path in (*image_folders, *mounts)}


def write_sandbox(path: Path, *, address: str, name: str, service_account: Path | None) -> None:
    """Write what the shim of a pod's Python processes reads."""
    told = {"address": address, "name": name, "service_account": service_account and str(service_account)}
    path.write_text(json.dumps(told))
    path.chmod(0o644)
