"""`python -m operations.certificates`: what AWS's trust store has, or one line that says what is wrong."""

from pathlib import Path

import pytest

from operations.certificates.__main__ import main
from operations.certificates.roots import address
from settings.facts.rds_certificates import bundle

OTHERS = bundle("eu-west-1")


def test_should_write_the_roots_of_a_new_region_and_no_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def fetched(url: str) -> str:
        asked.append(url)
        return (OTHERS + bundle("us-east-1")).replace("\n", "\r\n")

    assert main(["us-east-1"], folder=tmp_path, fetched=fetched) == 0
    assert asked == ["https://truststore.pki.rds.amazonaws.com/us-east-1/us-east-1-bundle.pem"]
    assert (tmp_path / "us-east-1.pem").read_text() == bundle("us-east-1")
    assert capsys.readouterr().out == "us-east-1: new\n"


def test_should_say_which_of_its_regions_has_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "us-east-1.pem").write_text("older")
    (tmp_path / "eu-west-1.pem").write_text(OTHERS)
    assert main([], folder=tmp_path, fetched=lambda url: bundle(url.split("/")[3])) == 0
    assert capsys.readouterr().out == "eu-west-1: as it was\nus-east-1: changed\n"
    assert (tmp_path / "us-east-1.pem").read_text() == bundle("us-east-1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OTHERS, "no root of us-east-1 with RSA2048, RSA4096, ECC384"),
        (bundle("us-east-1").partition("-----END")[0], "no root of us-east-1 with RSA2048"),
        ("<html>", "no root"),
    ],
    ids=["another region's", "cut off", "a page"],
)
def test_should_keep_what_it_has_when_the_bundle_is_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (tmp_path / "us-east-1.pem").write_text("as it was")
    assert main(["us-east-1"], folder=tmp_path, fetched=lambda url: text) == 1
    assert (tmp_path / "us-east-1.pem").read_text() == "as it was"
    assert said in capsys.readouterr().err


def test_should_say_in_one_line_that_aws_does_not_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def fetched(url: str) -> str:
        raise OSError("no route")

    assert main(["us-east-1"], folder=tmp_path, fetched=fetched) == 1
    assert capsys.readouterr().err == f"us-east-1: {address('us-east-1')}: no route\n"


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("cn-north-1", "https://rds-truststore.s3.cn-north-1.amazonaws.com.cn/"),
        ("us-gov-east-1", "https://truststore.pki.us-gov-west-1.rds.amazonaws.com/"),
        ("eu-central-2", "https://truststore.pki.rds.amazonaws.com/"),
    ],
)
def test_should_ask_the_trust_store_of_the_partition(region: str, host: str) -> None:
    assert address(region).startswith(host)
