"""How files are read, and refused, before any setting is looked at."""

from pathlib import Path

import pytest

from settings import SettingsError, load_aws_environment, load_environment

GOOD = """\
name: test
region: us-east-1
availability_zones: [us-east-1a, us-east-1b]
cluster: {controller: {enabled: true}}
"""


def refusal(root: Path, content: str | bytes) -> str:
    """What a person is told of a file with this content."""
    file = root / "test.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingsError) as caught:
        load_environment("test.yaml", root)
    return str(caught.value)


def test_should_read_a_file_and_ignore_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "test.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())

    assert load_environment("test.yaml", tmp_path).name == "test"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("", "test.yaml: is empty, and must have at least name, region and availability_zones"),
        ("# only a comment\n", "test.yaml: is empty, and must have at least name, region and availability_zones"),
        ("---\n", "test.yaml: must be a mapping, as `name: dev` (got null)"),
        ("- name: dev\n", 'test.yaml: must be a mapping, as `name: dev` (got [{"name": "dev"}])'),
        ("dev\n", 'test.yaml: must be a mapping, as `name: dev` (got "dev")'),
        (b"name: \xff\n", "test.yaml: must be UTF-8 text (byte 6 is not)"),
        ("name: [a\nregion: b\n", "test.yaml: 2:7: is no valid YAML: expected ',' or ']', but got ':'"),
        ("name: a\n---\nname: b\n", "test.yaml: 2:1: is no valid YAML: but found another document"),
        ("name: *there\n", "test.yaml: 1:7: is no valid YAML: found undefined alias 'there'"),
        ("a: b\nname: x\x07\n", "test.yaml: 2:8: is no valid YAML: a control character can't stand here"),
        ("tags: &a {b: *a}\n", "test.yaml: 1:7: an alias must not stand inside what it names"),
        ("tags: &a [*a]\n", "test.yaml: 1:7: an alias must not stand inside what it names"),
        ("name: !!python/none x\n", "test.yaml: 1:7: must have no YAML tag (tag:yaml.org,2002:python/none)"),
        ("name: !secret x\n", "test.yaml: 1:7: must have no YAML tag (!secret)"),
        ("[" * 1500, "test.yaml: 1:51: must be at most 50 levels deep"),
    ],
)  # fmt: skip
def test_should_refuse_what_is_no_settings_file_with_the_place(tmp_path: Path, content: str | bytes, line: str) -> None:
    assert refusal(tmp_path, content) == line


def test_should_refuse_aliases_that_grow_without_bound(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )

    assert "must have at most 10000 values" in refusal(tmp_path, bomb)


def test_should_refuse_a_key_that_stands_twice_with_both_lines(tmp_path: Path) -> None:
    lines = refusal(tmp_path, GOOD + "network:\n  nat_gateways: 1\n  nat_gateways: 2\n").splitlines()

    assert lines == ["test.yaml: network.nat_gateways: must stand once, and stands in line 6 and again in line 7"]


def test_should_report_keys_and_values_together(tmp_path: Path) -> None:
    lines = refusal(tmp_path, GOOD + "tags: {1: a, ? [x] : b}\nretain_data: maybe\nretain_data: true\n").splitlines()

    assert lines == [
        'test.yaml: tags.1: a key must be text: write "1" in quotes (line 5)',
        "test.yaml: tags: a key must be text (line 5)",
        "test.yaml: retain_data: must stand once, and stands in line 6 and again in line 7",
    ]


@pytest.mark.parametrize("key", ["1.5", "true", "null", "~", "-3"])
def test_should_tell_to_quote_a_key_that_is_not_text(tmp_path: Path, key: str) -> None:
    assert f'tags.{key}: a key must be text: write "{key}" in quotes (line 5)' in refusal(
        tmp_path, GOOD + f"tags: {{{key}: a}}\n"
    )


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        (
            "cluster: {version: 1.36}",
            'cluster.version: must be one of "1.34", "1.35", "1.36", "1.37": write "1.36" in quotes (got 1.36)',
        ),
        ("account: 012345678901", 'account: must be text: write "012345678901" in quotes (got 012345678901)'),
        ("tags: {release: 1.30}", 'tags.release: must be text: write "1.30" in quotes (got 1.30)'),
        ("tags: {on: true}", 'tags.on: must be text: write "true" in quotes (got true)'),
        (
            "database: {engine_version: 17}",
            'database.engine_version: must be one of "14", "15", "16", "17": write "17" in quotes (got 17)',
        ),
    ],
)  # fmt: skip
def test_should_tell_to_quote_a_value_as_it_is_written(tmp_path: Path, setting: str, line: str) -> None:
    content = GOOD if not setting.startswith("cluster") else GOOD.replace("cluster: {", "cluster: {version: 1.36, ")
    content += "" if setting.startswith("cluster") else f"{setting}\n"

    assert refusal(tmp_path, content).splitlines() == [f"test.yaml: {line}"]


@pytest.mark.parametrize(
    ("written", "path", "shown"),
    [
        ("network: {nat_gateways: .inf}", "network.nat_gateways", ".inf"),
        ("network: {nat_gateways: -.inf}", "network.nat_gateways", "-.inf"),
        ("network: {nat_gateways: .nan}", "network.nat_gateways", ".nan"),
        ("network: {nat_gateways: 1e400}", "network.nat_gateways", ".inf"),
        (f"network: {{nat_gateways: {'9' * 5000}}}", "network.nat_gateways", '"9999'),
        ("network: {nat_gateways: 99999999999999999999999}", "network.nat_gateways", "99999999999999999999999"),
        ("network: {nat_gateways: 2026-01-01}", "network.nat_gateways", '"2026-01-01"'),
        ("network: {nat_gateways: !!int x}", "network.nat_gateways", '"x"'),
        ("network: {nat_gateways: 0o17}", "network.nat_gateways", '"0o17"'),
        ("network: {interface_endpoints: yes}", "network.interface_endpoints", '"yes"'),
        ("airflow: {config: {core.b: .inf}}", "airflow.config.core.b", ".inf"),
        ("network: {nat_gateways: }", "network.nat_gateways", "null"),
    ],
)  # fmt: skip
def test_should_refuse_odd_scalars_in_one_line(tmp_path: Path, written: str, path: str, shown: str) -> None:
    [line] = refusal(tmp_path, GOOD + written + "\n").splitlines()

    assert line.startswith(f"test.yaml: {path}: must ")
    assert f"(got {shown}" in line


def test_should_read_times_and_dates_as_text(tmp_path: Path) -> None:
    storage = "storage: {s3: {enabled: false}, backup_start_time: 15:00, maintenance_window: 6:10:30}\n"
    (tmp_path / "test.yaml").write_text(f"{GOOD}{storage}tags: {{since: 2026-01-01}}\n")

    environment = load_aws_environment("test.yaml", tmp_path)

    assert environment.storage.backup_start_time == "15:00"
    assert environment.storage.maintenance_window == "6:10:30"
    assert environment.tags == {"since": "2026-01-01"}


def test_should_read_aliases(tmp_path: Path) -> None:
    (tmp_path / "test.yaml").write_text(GOOD + "airflow: {api_server: &two {cpu_millicores: 300}, scheduler: *two}\n")

    assert load_aws_environment("test.yaml", tmp_path).airflow.scheduler.cpu_millicores == 300
