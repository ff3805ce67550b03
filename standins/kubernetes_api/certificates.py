"""A certificate authority of a few hours, so that clients check the server's certificate as they do on a real cluster.

Made by the `openssl` command: Python's standard library reads certificates and makes none.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificates:
    """Files: the authority's certificate, the server's certificate and its key."""

    authority: Path
    certificate: Path
    key: Path


def make(folder: Path, hosts: tuple[str, ...] = ("IP:127.0.0.1", "DNS:localhost")) -> Certificates:
    """Make an authority and a server certificate in a folder. Raises RuntimeError without openssl."""
    if shutil.which("openssl") is None:
        raise RuntimeError("the Kubernetes stand-in needs the openssl command to make its certificates")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "server.ext").write_text(f"subjectAltName={','.join(hosts)}\nextendedKeyUsage=serverAuth\n")
    curve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    for command in (
        f"req -x509 {curve} -keyout ca.key -out ca.crt -days 2 -subj /CN=rehearsal-ca"
        " -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign",
        f"req -new {curve} -keyout server.key -out server.csr -subj /CN=kube-apiserver",
        "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 2 -extfile server.ext",
    ):
        run = subprocess.run(["openssl", *command.split()], cwd=folder, capture_output=True, text=True, check=False)
        if run.returncode:
            raise RuntimeError(f"openssl {command.split()[0]} failed: {run.stderr.strip()}")
    return Certificates(folder / "ca.crt", folder / "server.crt", folder / "server.key")
