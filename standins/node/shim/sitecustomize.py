"""What a container's Python would see of its network and its node. Loaded by every Python process of a pod.

A process here shares the machine's network and file system, so this makes up for three things: "all addresses" and
the host's name are the pod's own, the ServiceAccount's token stands at another path, and uvloop (which asks the C
library for addresses, past all this) is not there. Nothing of Airflow is touched.
"""

import importlib.abc
import importlib.machinery
import json
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

_POD = json.loads(Path(os.environ["POD_SANDBOX"]).read_text())

_ADDRESS, _NAME = _POD["address"], _POD["name"]
_ANY = (None, "", b"", "0.0.0.0", "::", "*")

_getaddrinfo, _gethostbyname, _bind = socket.getaddrinfo, socket.gethostbyname, socket.socket.bind


def getaddrinfo(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:
    if (host in _ANY and flags & socket.AI_PASSIVE) or host == _NAME:
        host, family = _ADDRESS, socket.AF_INET
    return _getaddrinfo(host, port, family, type, proto, flags)


def bind(self: socket.socket, address: Any) -> None:
    if self.family == socket.AF_INET and address[0] in _ANY:
        address = (_ADDRESS, address[1])
    _bind(self, address)


socket.getaddrinfo = getaddrinfo
socket.socket.bind = bind  # type: ignore[assignment,method-assign]
socket.gethostname = lambda: _NAME
socket.getfqdn = lambda name="": _NAME if name in ("", _NAME, _ADDRESS) else name
socket.gethostbyname = lambda name: _ADDRESS if name == _NAME else _gethostbyname(name)
socket.has_dualstack_ipv6 = lambda: False
sys.modules["uvloop"] = None  # type: ignore[assignment]


class _InCluster(importlib.abc.MetaPathFinder):
    """Tells the Kubernetes clients, when they are imported, where this pod's ServiceAccount is mounted."""

    def find_spec(
        self, name: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "importlib.machinery.ModuleSpec | None":
        if name not in ("kubernetes.config.incluster_config", "kubernetes_asyncio.config.incluster_config"):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            load(module)
            folder = Path(_POD["service_account"] or "/nowhere")
            module.__dict__["SERVICE_TOKEN_FILENAME"] = str(folder / "token")
            module.__dict__["SERVICE_CERT_FILENAME"] = str(folder / "ca.crt")

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, _InCluster())
