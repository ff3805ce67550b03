"""Where DAGs come from: Airflow's DAG bundles."""

from typing import Annotated

from pydantic import Field

from settings.model.base import AsTuple, Form, Settings

EVERYTHING = ("0.0.0.0/0",)

BundleName = Annotated[
    str,
    Form(
        r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?",
        "must be 1 to 40 small letters, digits or hyphens, starting with a letter and not ending with a hyphen",
        40,
    ),
]
_PART = r"(?!\.{1,2}(/|$))[A-Za-z0-9._-]+"
RelativeFolder = Annotated[
    str,
    Form(
        rf"{_PART}(/{_PART})*",
        "must be a relative path of letters, digits, . _ and -, without .. and without / at either end",
    ),
]
GitUrl = Annotated[
    str,
    Form(
        r"https://[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
        r"(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
        r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~+-]+)+/?",
        "must be an https URL of a repository without a user, a password, a query or %, "
        "such as https://git.example.com/team/dags.git",
    ),
]
GitRef = Annotated[
    str,
    # git check-ref-format's rules, and nothing that a shell or Git itself could take for more than a name.
    Form(
        r"(?!refs/)(?!.*(\.\.|//|/\.|\.lock(/|$)))[A-Za-z0-9_][A-Za-z0-9._/-]*(?<![./])",
        "must be the short name of a branch or tag, such as main or release/2026.11",
        200,
    ),
]
CredentialName = Annotated[
    str,
    Form(
        r"[A-Za-z0-9/_+=.@-]{1,255}",
        "must be the name of a secret: letters, digits and / _ + = . @ -",
    ),
]
KeyArn = Annotated[
    str,
    Form(
        r"arn:aws(-cn|-us-gov)?:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,64}",
        "must be the ARN of a KMS key, such as arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d",
    ),
]


class GitSettings(Settings):
    """A Git repository. One pod fetches it, and all others read its commits from the file system."""

    url: GitUrl
    """Where it is, over https."""

    tracking_ref: GitRef = "main"
    """Branch or tag whose newest commit new runs start on; of two of one name the branch."""

    subdir: RelativeFolder | None = None
    """Folder of the repository that holds the DAGs; default its root."""

    refresh_seconds: Annotated[int, Field(ge=10, le=3600)] = 60
    """Seconds between two looks at the repository."""

    credential: CredentialName | None = None
    """Name of the secret that holds a token, or JSON with `username` and `password`; default none, for a public
    repository. On AWS a secret in Secrets Manager, of this region and account; elsewhere a Kubernetes Secret in
    namespace `airflow`, with the key `credential`."""

    credential_kms_key_arn: KeyArn | None = None
    """ARN of the KMS key that encrypts the secret; default AWS's own key for Secrets Manager."""


class DagBundleSettings(Settings):
    """A place that DAGs come from: exactly one of a folder, a repository and a path of the image."""

    folder: (
        Annotated[str, Form(rf"\.|{_PART}(/{_PART})*", "must be a folder below the DAG folder, or . for it")] | None
    ) = None
    """A folder below the DAG folder of the file system, or `.` for all of it. No versions: runs see each change."""

    git: GitSettings | None = None
    """A Git repository. A run ends on the commit that it started on."""

    image: (
        Annotated[
            str,
            Form(
                rf"(/{_PART})+",
                "must be an absolute path of letters, digits, . _ and -, without .. and not the root",
            ),
        ]
        | None
    ) = None
    """An absolute path in `airflow.image`."""


class GitSyncSettings(Settings):
    """The pod that fetches Git repositories; there is one if a bundle has `git`."""

    cpu_millicores: Annotated[int, Field(ge=50, le=64_000)] = 100
    """CPU request of the pod, in thousandths of a core; no limit is set."""

    memory_mib: Annotated[int, Field(ge=128, le=262_144)] = 512
    """Memory request and limit of the pod, in MiB."""

    keep_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """Days that a commit's files stay after it was current: longer than the longest run, and than a run is cleared
    after its end."""

    egress_cidrs: Annotated[tuple[str, ...], AsTuple, Field(max_length=50)] = EVERYTHING
    """IPv4 networks that the pod may connect to; by default everything but the instance metadata."""
