"""RDS's roots of a region, in a bundle of AWS's."""

import re
import subprocess
from dataclasses import dataclass
from datetime import datetime, timezone

KINDS = ("RSA2048", "RSA4096", "ECC384")
"""The authorities rds-ca-rsa2048-g1 (RDS's default), rds-ca-rsa4096-g1 and rds-ca-ecc384-g1, in this order."""

CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n.+?\n-----END CERTIFICATE-----\n", re.DOTALL)


class BundleError(Exception):
    """A bundle that does not hold what it should; says what is wrong."""


@dataclass(frozen=True)
class Root:
    """A certificate that signs itself."""

    name: str
    ends: datetime
    pem: str


def address(region: str) -> str:
    """Where AWS keeps the bundle of a region: each partition has a trust store of its own."""
    file = f"{region}/{region}-bundle.pem"
    if region.startswith("cn-"):
        return f"https://rds-truststore.s3.cn-north-1.amazonaws.com.cn/{file}"
    if region.startswith("us-gov-"):
        return f"https://truststore.pki.us-gov-west-1.rds.amazonaws.com/{file}"
    return f"https://truststore.pki.rds.amazonaws.com/{file}"


def roots_of(text: str, region: str) -> dict[str, Root]:
    """The roots of a region by kind, out of a bundle that may hold others as well.

    Raises:
        BundleError: one of the kinds is missing, or has ended.
        OSError: there is no openssl.
    """
    found: dict[str, Root] = {}
    for pem in CERTIFICATE.findall(text.replace("\r\n", "\n")):
        for kind in KINDS:
            root = read(pem)
            if root is not None and root.name == f"Amazon RDS {region} Root CA {kind} G1":
                found[kind] = root
    if missing := [kind for kind in KINDS if kind not in found]:
        raise BundleError(f"no root of {region} with {', '.join(missing)}")
    if ended := [root.name for root in found.values() if root.ends < datetime.now(timezone.utc)]:
        raise BundleError(f"has ended: {', '.join(ended)}")
    return {kind: found[kind] for kind in KINDS}


def read(pem: str) -> Root | None:
    """A certificate, as the openssl command reads it; None: it is no certificate, or signed by another."""
    fields = ["-subject", "-issuer", "-enddate", "-nameopt", "multiline,utf8"]
    command = ["openssl", "x509", "-noout", *fields]
    run = subprocess.run(command, input=pem, capture_output=True, text=True, check=False)
    subject, _, rest = run.stdout.partition("issuer=")
    issuer, _, ends = rest.partition("notAfter=")
    name = re.search(r"commonName\s*= (.+)", subject)
    if run.returncode or name is None or subject.removeprefix("subject=") != issuer:
        return None
    return Root(name[1], datetime.strptime(ends.strip(), "%b %d %H:%M:%S %Y %Z").replace(tzinfo=timezone.utc), pem)
