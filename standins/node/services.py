"""Services: each has an address of its own, and connections to it are handed to a ready pod behind it."""

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Callable
from typing import Any

from standins.kubernetes_api.controllers.base import is_leaving, is_ready
from standins.node.addresses import Addresses

Json = dict[str, Any]
Objects = Callable[[str], list[Json]]
"""Kind -> the objects of that kind."""


class Services:
    """Forwards TCP connections, on loopback, in a thread of its own."""

    def __init__(self, addresses: Addresses, objects: Objects) -> None:
        self._given, self._objects = addresses, objects
        self._turn = itertools.count()
        self._lock = threading.Lock()
        self._servers: dict[str, list[asyncio.Server]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="services", daemon=True)
        self._thread.start()

    def addresses(self) -> dict[str, str]:
        """The address of each Service by its name; what is new is listened to first."""
        services = self._objects("Service")
        with self._lock:
            for service in services:
                if service["metadata"]["name"] not in self._servers:
                    asyncio.run_coroutine_threadsafe(self._listen(service), self._loop).result(timeout=10)
        return {each["metadata"]["name"]: self._address(each) for each in services}

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    async def _end(self) -> None:
        for server in (each for servers in self._servers.values() for each in servers):
            server.close()
        connections = asyncio.all_tasks() - {asyncio.current_task()}
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    def _address(self, service: Json) -> str:
        return self._given.of(f"service/{service['metadata']['name']}")

    async def _listen(self, service: Json) -> None:
        self._servers[service["metadata"]["name"]] = [
            await asyncio.start_server(self._handler(service, port), self._address(service), port["port"])
            for port in service["spec"]["ports"]
        ]

    def _handler(self, service: Json, port: Json) -> Any:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                place = self._backend(service, port)
                if place is not None:
                    other_reader, other_writer = await asyncio.open_connection(*place)
                    await asyncio.gather(_copy(reader, other_writer), _copy(other_reader, writer))
            writer.close()

        return handle

    def _backend(self, service: Json, port: Json) -> tuple[str, int] | None:
        wanted = service["spec"]["selector"].items()
        ready = []
        for pod in self._objects("Pod"):
            chosen = wanted <= (pod["metadata"].get("labels") or {}).items()
            if chosen and is_ready(pod) and not is_leaving(pod):
                ready.append(pod)
        if not ready:
            return None
        pod = ready[next(self._turn) % len(ready)]
        target = port["targetPort"]
        if isinstance(target, str):
            ports = [each for one in pod["spec"]["containers"] for each in one.get("ports") or ()]
            target = next(each["containerPort"] for each in ports if each.get("name") == target)
        return pod["status"]["podIP"], target


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    finally:
        with contextlib.suppress(OSError):
            writer.close()
