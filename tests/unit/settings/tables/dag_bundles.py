"""DAG bundles."""

from typing import Any

from tests.unit.settings.cases import Bad, Changes

URL = "https://git.example.com/team/dags.git"
KEY = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d"


def git(**more: Any) -> dict[str, Any]:
    """A bundle of a repository."""
    return {"git": {"url": URL, **more}}


def bundles(*sources: dict[str, Any]) -> Changes:
    """Bundles a, b and so on."""
    return {"airflow dag_bundles": dict(zip("abcdef", sources, strict=False))}


OVERLAPS: tuple[tuple[dict[str, Any], dict[str, Any], str], ...] = (
    ({"folder": "."}, {"folder": "team"}, "team"),
    ({"folder": "team/a"}, {"folder": "team"}, "team"),
    ({"folder": "team"}, {"folder": "team"}, "team"),
    ({"image": "/opt/dags"}, {"image": "/opt/dags/a"}, "/opt/dags/a"),
    (git(), git(), "."),
    (git(subdir="dags"), git(subdir="dags/a"), "dags/a"),
    (git(), {"git": {"url": "https://GIT.example.com/team/dags/"}}, "."),
)
HIDDEN = ("/opt", "/opt/airflow/dags/mine", "/opt/airflow/plugins", "/tmp/dags", "/run")

BAD_EVERYWHERE = [
    *(
        Bad("each_bundle_has_one_source", bundles(source), "airflow.dag_bundles.a", told)
        for source, told in (
            ({}, "none of them"),
            ({"folder": "a", "image": "/opt/dags"}, "folder and image"),
            ({"folder": "a", **git()}, "folder and git"),
        )
    ),
    *(
        Bad("bundles_do_not_overlap", bundles(first, second), "airflow.dag_bundles.b", told)
        for first, second, told in OVERLAPS
    ),
    *(
        Bad("image_paths_are_the_images", bundles({"image": path}), "airflow.dag_bundles.a.image", path)
        for path in HIDDEN
    ),
    Bad(
        "git_sync_has_a_way_out",
        {**bundles(git()), "airflow git_sync": {"egress_cidrs": []}},
        "airflow.git_sync.egress_cidrs",
        "[]",
    ),
    Bad(
        "egress_is_of_networks",
        {"airflow git_sync": {"egress_cidrs": ["git.example.com"]}},
        "airflow.git_sync.egress_cidrs[0]",
        "git.example.com",
    ),
]

BAD = [
    *BAD_EVERYWHERE,
    Bad(
        "keys_decrypt_a_credential",
        bundles(git(credential_kms_key_arn=KEY)),
        "airflow.dag_bundles.a.git.credential_kms_key_arn",
        KEY,
    ),
    Bad(
        "keys_decrypt_a_credential",
        bundles(git(credential="t", credential_kms_key_arn=KEY.replace("us-east-1", "eu-west-1"))),
        "airflow.dag_bundles.a.git.credential_kms_key_arn",
        "eu-west-1",
    ),
]

BAD_LOCAL = [
    *BAD_EVERYWHERE,
    Bad(
        "credentials_are_kubernetes_secrets",
        bundles(git(credential="team/token")),
        "airflow.dag_bundles.a.git.credential",
        "team/token",
    ),
    Bad(
        "credentials_are_kubernetes_secrets",
        bundles(git(credential="token", credential_kms_key_arn=KEY)),
        "airflow.dag_bundles.a.git.credential_kms_key_arn",
        KEY,
    ),
]

GOOD: list[Changes] = [
    bundles({"folder": "."}),
    bundles({"folder": "team"}, {"folder": "team2"}, {"folder": "other/team"}, {"image": "/opt/dags"}),
    bundles({"image": "/opt/airflow/my-dags"}, {"image": "/home/airflow/dags"}),
    bundles(git(subdir="a"), git(subdir="ab"), git(tracking_ref="v2"), {"git": {"url": URL.replace("dags", "others")}}),
    bundles(git(credential="team/token", credential_kms_key_arn=KEY), {"folder": "dags"}),
    {"airflow git_sync": {"egress_cidrs": []}},
]
