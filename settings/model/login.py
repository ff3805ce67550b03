"""How people log in, beside the passwords that Airflow keeps itself."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from settings.model.base import AsTuple, Form, Settings

BUILT_IN_ROLES = ("Admin", "Op", "User", "Viewer", "Public")
"""Airflow's own roles ("Access Control", documentation of the FAB provider)."""

LOOPBACK = ("localhost", "127.0.0.1")

ClaimPath = Annotated[
    str,
    Form(
        r"[A-Za-z0-9_:/.-]+",
        "must be the name of a claim, such as groups, cognito:groups or, inside another claim, realm_access.roles",
        128,
    ),
]
UserName = Annotated[
    str,
    Form(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}", "must be 1 to 64 letters, digits, _ . @ or -, not starting with one"),
]
Group = Annotated[
    str, Form(r"(?!.*\$\{Token\[)[^\x00-\x1f\x7f\ud800-\udfff]+", "must be a group as the provider writes it", 256)
]
RoleName = Annotated[str, Form(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}", "must be a role of Airflow's, such as Viewer", 64)]


class LoginSettings(Settings):
    """Login by an OpenID Connect provider (Entra ID, Okta, Google, Keycloak, Cognito, …)."""

    issuer: (
        Annotated[
            str,
            Form(
                r"https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?",
                "must be the provider's issuer URL, such as https://login.example.com/realms/main",
            ),
        ]
        | None
    ) = None
    """URL of the provider, at which it answers `/.well-known/openid-configuration`; default: off, people log in with
    passwords that Airflow keeps."""

    client_id: Annotated[str, Form(r"[A-Za-z0-9._:@/~+-]{1,255}", "must be the id that the provider gave")] | None = (
        None
    )
    """Airflow's id at the provider; default: none."""

    client_secret_arn: (
        Annotated[
            str,
            Form(
                r"arn:aws(-cn|-us-gov)?:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,512}"
                r"-[A-Za-z0-9]{6}",
                "must be the whole ARN of a secret in Secrets Manager, such as"
                " arn:aws:secretsmanager:us-east-1:111122223333:secret:airflow/login-AbCdEf",
                700,
            ),
        ]
        | None
    ) = None
    """On AWS, ARN of the secret in Secrets Manager (0.40 USD a month) that holds Airflow's client secret at the
    provider: as it is, or as `client_secret` of a JSON object; default: none."""

    client_secret_name: (
        Annotated[
            str,
            Form(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?", "must be the name of a Kubernetes Secret", 253),
        ]
        | None
    ) = None
    """Without AWS, name of the Kubernetes Secret in the namespace `airflow` that holds it, under the key
    `client-secret`; default: none."""

    name: Annotated[
        str,
        Form(r"[a-z][a-z0-9-]{0,30}[a-z0-9]", "must be 2 to 32 small letters, digits or hyphens, a letter first"),
    ] = "oidc"
    """What the button says, and the end of the redirect URI to register at the provider:
    `<base_url>/auth/oauth-authorized/<name>`."""

    scopes: Annotated[
        tuple[Annotated[str, Form(r"[A-Za-z0-9._:/+~-]{1,128}", "must be a scope, such as openid", 128)], ...],
        AsTuple,
        Field(max_length=20),
    ] = ("openid", "profile", "email")
    """Scopes that are asked for; some providers tell groups for a scope of theirs only."""

    username_claim: ClaimPath = "preferred_username"
    """The claim that names a person: the user name in Airflow. Choose one that the provider never gives to another."""

    group_claims: Annotated[tuple[ClaimPath, ...], AsTuple, Field(min_length=1, max_length=10)] = ("groups",)
    """Claims with a person's groups: a list, or one text. All of them count."""

    roles: Annotated[dict[Group, RoleName], Field(max_length=200)] = {}
    """Role of a group's members, as `group: role`, in the provider's own spelling: Admin, Op, User, Viewer, Public, or
    one of `fab.custom_roles` in `airflow.config`. Who is in several groups has all their roles."""

    default_role: RoleName | None = None
    """Role of who has none by a group; default: none, they are refused."""

    administrator: bool = True
    """Whether `airflow.admin` may log in with its password, at `/auth/login/administrator` and for tokens: for the day
    on which the provider is away."""

    service_users: Annotated[tuple[UserName, ...], AsTuple, Field(max_length=50)] = ()
    """Users of Airflow's own, for machines, that get tokens (`POST /auth/token`) with a password. All others are
    refused there."""

    egress_cidrs: Annotated[tuple[str, ...], AsTuple, Field(min_length=1, max_length=50)] = ("0.0.0.0/0",)
    """IPv4 networks in which the provider answers the API server, on port 443 and on that of `issuer`."""

    @property
    def is_on(self) -> bool:
        """Whether people log in at a provider."""
        return self.issuer is not None

    @property
    def ports(self) -> list[int]:
        """Ports at which the provider answers."""
        parts = urlsplit(str(self.issuer))
        return sorted({443, parts.port or (443 if parts.scheme == "https" else 80)})
