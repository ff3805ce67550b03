"""The certificates of those who sign for RDS, as they are kept."""

from datetime import datetime, timedelta, timezone

import pytest

from operations.certificates.roots import CERTIFICATE, KINDS, roots_of
from settings.facts import rds_certificates

ENOUGH = timedelta(days=10 * 365)
"""Before a root ends its successor has to be everywhere: warn ten years before."""


def test_should_know_the_regions_of_most() -> None:
    assert {"us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1"} <= set(rds_certificates.regions())
    assert len(rds_certificates.regions()) >= 29


@pytest.mark.parametrize("region", rds_certificates.regions())
def test_should_hold_the_regions_three_roots_and_nothing_else(region: str) -> None:
    text = rds_certificates.bundle(region)
    found = roots_of(text, region)
    assert tuple(found) == KINDS
    assert text == "".join(root.pem for root in found.values())
    assert CERTIFICATE.sub("", text) == ""
    assert min(root.ends for root in found.values()) > datetime.now(timezone.utc) + ENOUGH
