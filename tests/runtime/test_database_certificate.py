"""Airflow's two database drivers, with the environment that the pods get, verify who answers.

The PostgreSQL of these tests knows no TLS, so something stands in front of it that does: as RDS it answers with a
certificate that names its address.
"""

import asyncio
import os
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from k8s import names
from k8s.airflow.pods.config_maps import database_tls
from k8s.airflow.pods.ports import DATABASE_PORT
from k8s.bindings import GeneratedSecrets, HostPathVolume, PlatformBindings
from settings.facts.secrets import secret
from standins.kubernetes_api import certificates
from tests.runtime.install import CURRENT_ENVIRONMENT
from tests.runtime.stage import Stage

NAMED, UNNAMED = "localhost", "127.0.0.1"
"""Two addresses of the one server; its certificate has the first."""

DRIVERS = {
    "psycopg2": "import psycopg2; psycopg2.connect('')",
    "asyncpg": "import asyncio, asyncpg; asyncio.run(asyncpg.connect())",
}


class Front:
    """Takes PostgreSQL's request for TLS, and hands what comes inside on to a server without."""

    def __init__(self, folder: Path, server: tuple[str, int]) -> None:
        made = certificates.make(folder, hosts=(f"DNS:{NAMED}",))
        self.authority = made.authority
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(made.certificate, made.key)
        self._server = server
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> int:
        """Its port."""
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop)
        port: int = listening.result(timeout=10).sockets[0].getsockname()[1]
        return port

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)

    async def _end(self) -> None:
        connections = asyncio.all_tasks() - {asyncio.current_task()}
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readexactly(8)  # SSLRequest
            writer.write(b"S")
            # `StreamWriter.start_tls` is newer than Python 3.10.
            protocol = writer.transport.get_protocol()
            inner = await self._loop.start_tls(writer.transport, protocol, self._context, server_side=True)
            assert inner is not None
            there, back = await asyncio.open_connection(*self._server)
            await asyncio.gather(_copy(reader, back.write), _copy(there, inner.write))
        except (OSError, asyncio.IncompleteReadError):
            writer.close()  # the client did not like the certificate


async def _copy(source: asyncio.StreamReader, write: Callable[[bytes], None]) -> None:
    while data := await source.read(65536):
        write(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def server(airflow: Stage, folder: Path) -> Iterator[tuple[dict[str, str], Path]]:
    """How to reach the database through TLS, and who has signed its certificate."""
    database = (airflow.cluster.service(names.DATABASE), DATABASE_PORT)
    row = secret("database")
    front = Front(folder / "own", database)
    with front as port:
        yield (
            {
                "PGPORT": str(port),
                "PGUSER": str(row.username),
                "PGPASSWORD": airflow.secrets.values[row.generated_key],
                "PGDATABASE": "airflow",
            },
            front.authority,
        )


def environment(authorities: Path) -> dict[str, str]:
    """What the ConfigMap gives the pods, with the file where it is here."""
    bindings = PlatformBindings(
        volume=HostPathVolume(path="/unused"),
        secrets=GeneratedSecrets(values={}),
        in_cluster_database=None,
        database_authorities=authorities.read_text(),
        task_slots=1,
    )
    return {**database_tls(bindings), "PGSSLROOTCERT": str(authorities)}


def connect(driver: str, variables: dict[str, str]) -> str:
    """Connect; gives back what the driver says, nothing if all is well."""
    command = [str(CURRENT_ENVIRONMENT / "bin" / "python"), "-c", DRIVERS[driver]]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "PYTHON"))}
    run = subprocess.run(command, env={**clean, **variables}, capture_output=True, text=True, timeout=60, check=False)
    return run.stderr.strip().rpartition("\n")[2] if run.returncode else ""


@pytest.mark.parametrize("driver", DRIVERS)
def test_should_connect_to_the_database_that_its_authority_has_signed_for(
    server: tuple[dict[str, str], Path], driver: str
) -> None:
    reach, authority = server
    assert connect(driver, {**reach, **environment(authority), "PGHOST": NAMED}) == ""


@pytest.mark.parametrize("driver", DRIVERS)
def test_should_refuse_a_database_whose_certificate_names_another_address(
    server: tuple[dict[str, str], Path], driver: str
) -> None:
    reach, authority = server
    said = connect(driver, {**reach, **environment(authority), "PGHOST": UNNAMED})
    assert "does not match host" in said or "certificate is not valid for" in said


@pytest.mark.parametrize("driver", DRIVERS)
def test_should_refuse_a_database_that_another_authority_has_signed_for(
    server: tuple[dict[str, str], Path], folder: Path, driver: str
) -> None:
    reach, _ = server
    other = certificates.make(folder / "other").authority
    said = connect(driver, {**reach, **environment(other), "PGHOST": NAMED})
    assert "certificate verify failed" in said or "CERTIFICATE_VERIFY_FAILED" in said


@pytest.mark.parametrize("driver", DRIVERS)
def test_should_refuse_a_database_without_tls(airflow: Stage, server: tuple[dict[str, str], Path], driver: str) -> None:
    reach, authority = server
    plain = {"PGHOST": airflow.cluster.service(names.DATABASE), "PGPORT": str(DATABASE_PORT)}
    said = connect(driver, {**reach, **environment(authority), **plain})
    assert "does not support SSL" in said or "rejected SSL upgrade" in said
