"""What tasks may do with AWS, and named kinds of task pods."""

from typing import Annotated, Any

from pydantic import Field

from settings.model.base import AsTuple, Form, ImageReference, OneOfSeveral, Settings, broken
from settings.model.node_group import LabelKey, LabelValue

_ARN = r"arn:aws(-cn|-us-gov)?"

ManagedPolicy = Annotated[
    str,
    Form(
        rf"({_ARN}:iam::(aws|[0-9]{{12}}):policy/)?([A-Za-z0-9_-]{{1,64}}/)*[A-Za-z0-9+=,.@_-]{{1,128}}",
        "must be the ARN of an IAM policy, or the name of one of AWS's, such as AmazonS3ReadOnlyAccess",
        512,
    ),
]
Action = Annotated[
    str,
    Form(
        r"[a-z0-9-]{1,64}:[A-Za-z0-9*?]{1,128}",
        "must be an IAM action, as service:Action, such as s3:GetObject",
    ),
]
Resource = Annotated[
    str,
    Form(
        rf"\*|{_ARN}:[a-z0-9-]+:[a-z0-9*-]*:[0-9*]*:[\x21-\x23\x25-\x7e]{{1,1000}}",
        "must be * or an ARN of printable characters without $, such as arn:aws:s3:::bucket/*",
        2048,
    ),
]
RoleArn = Annotated[
    str,
    Form(
        rf"{_ARN}:iam::[0-9]{{12}}:role/([\x21-\x23\x25-\x7e]{{1,510}}/)?[A-Za-z0-9+=,.@_-]{{1,64}}",
        "must be the ARN of an IAM role, such as arn:aws:iam::123456789012:role/DataReader",
        2048,
    ),
]
ConditionOperator = Annotated[
    str,
    Form(r"((ForAnyValue|ForAllValues):)?[A-Z][A-Za-z]{2,40}", "must be an operator of IAM, such as StringEquals", 64),
]
ConditionKey = Annotated[
    str, Form(r"[A-Za-z0-9-]{1,64}:[\x21-\x23\x25-\x7e]{1,256}", "must be a key of IAM, such as aws:SourceVpc", 321)
]


def _condition_value(value: Any) -> Any:
    """A text or a list of texts, as a list, or a refusal."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list | tuple) or not 1 <= len(values) <= 100:
        raise broken("must be text or a list of 1 to 100 texts")
    if not all(isinstance(each, str) and each.isprintable() and len(each) <= 1024 for each in values):
        raise broken("must be printable text of at most 1024 characters")
    if any("${Token[" in each for each in values):
        raise broken("must not hold ${Token[, which CDK takes for its own")
    return tuple(values)


ConditionValue = Annotated[
    tuple[str, ...],
    OneOfSeveral(
        _condition_value,
        (
            {"type": "string", "maxLength": 1024},
            {"type": "array", "items": {"type": "string", "maxLength": 1024}, "minItems": 1, "maxItems": 100},
        ),
    ),
]


class StatementSettings(Settings):
    """A statement of an IAM policy, with effect Allow."""

    actions: Annotated[tuple[Action, ...], AsTuple, Field(min_length=1, max_length=100)]
    """IAM actions, such as `s3:GetObject`."""

    resources: Annotated[tuple[Resource, ...], AsTuple, Field(min_length=1, max_length=100)]
    """ARNs, or `*`."""

    conditions: Annotated[
        dict[ConditionOperator, Annotated[dict[ConditionKey, ConditionValue], Field(min_length=1, max_length=20)]],
        Field(max_length=20),
    ] = {}
    """Conditions of IAM: operator, key, value or list of values."""


class TaskRoleSettings(Settings):
    """What tasks may do with AWS: an IAM role of the platform's, which their pods get by EKS Pod Identity."""

    managed_policies: Annotated[tuple[ManagedPolicy, ...], AsTuple, Field(max_length=10)] = ()
    """IAM policies: ARNs, or names of AWS's own."""

    statements: Annotated[tuple[StatementSettings, ...], AsTuple, Field(max_length=20)] = ()
    """Statements of a policy of its own."""

    target_role_arn: RoleArn | None = None
    """A role, in another account as a rule, that tasks get in the place of this one; it must trust this one with
    `sts:AssumeRole` and `sts:TagSession`."""


class TaskProfileSettings(Settings):
    """A named kind of task pod, which a task asks for by `executor_config={"profile": "<name>"}`."""

    cpu_millicores: Annotated[int, Field(ge=50, le=64_000)] | None = None
    """CPU request of the pod, in thousandths of a core; no limit is set; default as `airflow.worker`."""

    memory_mib: Annotated[int, Field(ge=256, le=1_048_576)] | None = None
    """Memory request and limit of the pod, in MiB; default as `airflow.worker`."""

    ephemeral_storage_gib: Annotated[int, Field(ge=1, le=16_384)] | None = None
    """Request and limit of the disk of the node, for `/tmp` among it, in GiB; default none."""

    node_labels: Annotated[dict[LabelKey, LabelValue], Field(max_length=10)] = {}
    """Labels of the nodes that the pod may run on, as `cluster.node_groups` has them; the taints of these groups are
    tolerated. Default any node without taints."""

    image: ImageReference | None = None
    """Container image of the pod, with the same Airflow in it; default that of all Airflow pods."""

    role: TaskRoleSettings | None = None
    """AWS role of the pod, which does not get that of `airflow.worker`."""
