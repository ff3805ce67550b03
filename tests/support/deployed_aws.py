"""An AWS account in memory, as far as the operations look at one: stacks, what they left, and who is asked about it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from operations.deployed import DESCRIPTION

Json = dict[str, Any]
ACCOUNT = "111122223333"


def refused(code: str) -> ClientError:
    """What a client raises."""
    return ClientError({"Error": {"Code": code, "Message": code}}, "Operation")


@dataclass
class Stack:
    """A stack; resources by logical id: type, physical id, deletion policy."""

    name: str
    resources: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    status: str = "CREATE_COMPLETE"
    description: str = f"{DESCRIPTION}a part"
    events: list[Json] = field(default_factory=list)
    """The newest first."""
    properties: dict[str, Json] = field(default_factory=dict)
    """Of resources, by logical id."""
    life: int = 1
    """Of several of the same name."""
    deleted: str = ""
    """When it was."""
    policies: Json = field(default_factory=dict)
    """Policies of all its resources, beside or in the place of their own."""

    @property
    def id(self) -> str:
        return f"arn:aws:cloudformation:eu-central-1:{ACCOUNT}:stack/{self.name}/{self.life}"

    @property
    def template(self) -> Json:
        return {
            "Resources": {
                name: {"Type": t, "DeletionPolicy": p, "Properties": self.properties.get(name, {}), **self.policies}
                for name, (t, _, p) in self.resources.items()
            }
        }

    def event(self, logical_id: str, status: str) -> Json:
        type_, physical_id, _ = self.resources[logical_id]
        return {
            "StackName": self.name,
            "LogicalResourceId": logical_id,
            "PhysicalResourceId": physical_id,
            "ResourceType": type_,
            "ResourceStatus": status,
        }

    def delete(self) -> list[str]:
        """As CloudFormation would; returns the physical ids of what is gone."""
        gone = []
        for name, (_, physical_id, policy) in self.resources.items():
            kept = policy.startswith("Retain")
            self.events.insert(0, self.event(name, "DELETE_SKIPPED" if kept else "DELETE_COMPLETE"))
            if not kept:
                gone.append(physical_id)
        self.status = "DELETE_COMPLETE"
        return gone


@dataclass
class Account:
    """Called with a service's name it gives that service's client: itself, for all of them."""

    stacks: list[Stack] = field(default_factory=list)
    log_groups: list[str] = field(default_factory=list)
    clusters: list[str] = field(default_factory=list)
    protected: dict[str, bool] = field(default_factory=dict)
    """Database -> whether it is protected from deletion."""
    gone: set[str] = field(default_factory=set)
    """Physical ids of what the services have no more."""
    silent: set[str] = field(default_factory=set)
    """Physical ids of what one may not ask about."""

    images: dict[str, list[Json]] = field(default_factory=dict)
    """Repository of ECR -> its images; each may have a digest, a tag, and the digests of its `parts`."""

    links: dict[str, str] = field(default_factory=lambda: {"/dags": "AVAILABLE", "/logs": "AVAILABLE"})
    """Folder -> state of its link to S3."""

    content: dict[str, list[str]] = field(default_factory=dict)
    """Bucket -> keys in it, a version each."""

    queued: list[int] = field(default_factory=list)
    """How long the oldest file has waited to leave to S3, look by look; then none waits."""

    busy: set[str] = field(default_factory=set)
    """Databases that do not become available."""

    def __call__(self, service: str) -> "Account":
        return self

    def destroy(self, *names: str) -> None:
        for stack in self.stacks:
            if stack.status != "DELETE_COMPLETE" and (not names or stack.name in names):
                self.gone.update(stack.delete())

    def get_caller_identity(self) -> Json:
        return {"Account": ACCOUNT}

    def get_paginator(self, operation: str) -> "Pages":
        return Pages(self, operation)

    def pages_of_describe_stacks(self) -> Iterator[Json]:
        for stack in self.stacks:
            if stack.status != "DELETE_COMPLETE":
                known = {"StackName": stack.name, "StackId": stack.id, "StackStatus": stack.status}
                yield {"Stacks": [{**known, "Description": stack.description}]}

    def pages_of_list_stacks(self, StackStatusFilter: list[str]) -> Iterator[Json]:  # noqa: N803
        for stack in self.stacks:
            if stack.status in StackStatusFilter:
                known = {"StackName": stack.name, "StackId": stack.id, "DeletionTime": stack.deleted}
                yield {"StackSummaries": [known]}

    def pages_of_list_stack_resources(self, StackName: str) -> Iterator[Json]:  # noqa: N803
        for name, (type_, physical_id, _) in self._stack(StackName).resources.items():
            last = next(
                (e["ResourceStatus"] for e in self._stack(StackName).events if e["LogicalResourceId"] == name), ""
            )
            summary = {"LogicalResourceId": name, "ResourceType": type_, "PhysicalResourceId": physical_id}
            yield {"StackResourceSummaries": [{**summary, "ResourceStatus": last or "CREATE_COMPLETE"}]}

    def pages_of_describe_stack_events(self, StackName: str) -> Iterator[Json]:  # noqa: N803
        yield {"StackEvents": self._stack(StackName).events}

    def get_template(self, StackName: str) -> Json:  # noqa: N803
        return {"TemplateBody": self._stack(StackName).template}

    def _stack(self, stack_id: str) -> Stack:
        return next(stack for stack in self.stacks if stack.id == stack_id)

    def _there(self, physical_id: str) -> None:
        if physical_id in self.silent:
            raise refused("AccessDenied")
        if physical_id in self.gone:
            raise refused("SomethingNotFoundFault")

    def describe_file_systems(self, FileSystemIds: list[str]) -> Json:  # noqa: N803
        self._there(FileSystemIds[0])
        return {"FileSystems": [{"Lifecycle": "AVAILABLE"}]}

    def describe_db_instances(self, DBInstanceIdentifier: str) -> Json:  # noqa: N803
        self._there(DBInstanceIdentifier)
        on = self.protected.get(DBInstanceIdentifier, False)
        return {"DBInstances": [{"DBInstanceStatus": "available", "DeletionProtection": on}]}

    def get_waiter(self, name: str) -> "Account":
        return self

    def wait(self, DBInstanceIdentifier: str, **_: Any) -> None:  # noqa: N803
        if DBInstanceIdentifier in self.busy:
            raise WaiterError("DBInstanceAvailable", "Max attempts exceeded", {})

    def modify_db_instance(self, DBInstanceIdentifier: str, DeletionProtection: bool, **_: Any) -> None:  # noqa: N803
        self.protected[DBInstanceIdentifier] = DeletionProtection

    def describe_repositories(self, repositoryNames: list[str]) -> Json:  # noqa: N803
        self._there(repositoryNames[0])
        return {"repositories": [{}]}

    def pages_of_describe_repositories(self) -> Iterator[Json]:
        if "ecr" in self.silent:
            raise refused("AccessDeniedException")
        yield {"repositories": [{"repositoryName": name} for name in self.images]}

    def pages_of_list_images(self, repositoryName: str) -> Iterator[Json]:  # noqa: N803
        if repositoryName not in self.images:
            raise refused("RepositoryNotFoundException")
        for image in self.images[repositoryName]:
            yield {"imageIds": [{key: image[key] for key in ("imageDigest", "imageTag") if key in image}]}

    def batch_delete_image(self, repositoryName: str, imageIds: list[Json]) -> Json:  # noqa: N803
        """As ECR does: what is a part of another image stays until that is gone."""
        assert len(imageIds) <= 100
        wanted, images = {each["imageDigest"] for each in imageIds}, self.images[repositoryName]
        parts = {part for image in images for part in image.get("parts", ())} | self.silent
        self.images[repositoryName] = [i for i in images if i["imageDigest"] not in wanted - parts]
        failures = [{"failureReason": "Image is referenced by manifest list"} for _ in wanted & parts]
        return {"imageIds": [{"imageDigest": digest} for digest in wanted - parts], "failures": failures}

    def head_bucket(self, Bucket: str) -> None:  # noqa: N803
        if Bucket in self.gone:
            raise refused("404")

    def pages_of_list_object_versions(self, Bucket: str) -> Iterator[Json]:  # noqa: N803
        yield {"Versions": [{"Key": key, "VersionId": "1"} for key in self.content.get(Bucket, ())]}

    def pages_of_list_multipart_uploads(self, Bucket: str) -> Iterator[Json]:  # noqa: N803
        yield {}

    def delete_objects(self, Bucket: str, Delete: Json) -> Json:  # noqa: N803
        for each in Delete["Objects"]:
            self.content[Bucket].remove(each["Key"])
        return {}

    def get_metric_statistics(self, **_: Any) -> Json:
        age = self.queued.pop(0) if self.queued else 0
        return {"Datapoints": [{"Timestamp": 1, "Maximum": 999}, {"Timestamp": 2, "Maximum": age}]}

    def describe_data_repository_associations(self, Filters: list[Json]) -> Json:  # noqa: N803
        ids = {"/dags": "dra-1", "/logs": "dra-2"}
        found = [{"AssociationId": ids[f], "FileSystemPath": f, "Lifecycle": s} for f, s in self.links.items()]
        return {"Associations": found}

    def describe_secret(self, SecretId: str) -> Json:  # noqa: N803
        self._there(SecretId)
        return {}

    def describe_subnets(self, SubnetIds: list[str]) -> Json:  # noqa: N803
        self._there(SubnetIds[0])
        return {"Subnets": [{}]}

    def describe_log_groups(self, logGroupNamePrefix: str) -> Json:  # noqa: N803
        return {"logGroups": [{"logGroupName": n} for n in self.log_groups if n.startswith(logGroupNamePrefix)]}

    def delete_log_group(self, logGroupName: str) -> None:  # noqa: N803
        self.log_groups.remove(logGroupName)

    def describe_cluster(self, name: str) -> Json:
        if name not in self.clusters:
            raise refused("ResourceNotFoundException")
        return {"cluster": {}}


@dataclass
class Pages:
    """A paginator."""

    account: Account
    operation: str

    def paginate(self, **arguments: Any) -> Iterator[Json]:
        pages: Iterator[Json] = getattr(self.account, f"pages_of_{self.operation}")(**arguments)
        return pages


def platform(policy: str, *, name: str = "test") -> list[Stack]:
    """A network and a database, whose templates have this deletion policy for data and what it stands on."""
    return [
        Stack(
            f"airflow-{name}-network",
            {
                "Subnet": ("AWS::EC2::Subnet", f"subnet-{name}", policy),
                "Nat": ("AWS::EC2::NatGateway", f"nat-{name}", "Delete"),
            },
        ),
        Stack(
            f"airflow-{name}-database",
            {
                "Instance": ("AWS::RDS::DBInstance", f"db-{name}", policy),
                "Attachment": ("AWS::SecretsManager::SecretTargetAttachment", "secret", policy),
                "FernetKey": ("AWS::SecretsManager::Secret", f"arn:{name}:fernet", policy),
            },
        ),
    ]


def storage(policy: str, *, place: str = "", name: str = "test") -> Stack:
    """A linked file system and its bucket; `place` is an existing bucket's in the bucket's stead."""
    own = {"Fn::Join": ["", ["s3://", {"Ref": "Bucket"}, "/logs/"]]}
    link = {"FileSystemId": {"Ref": "FileSystem"}, "FileSystemPath": "/logs"}
    resources = {
        "FileSystem": ("AWS::FSx::FileSystem", f"fs-{name}", policy),
        "Dags": ("AWS::FSx::DataRepositoryAssociation", "dra-1", "Delete"),
        "Logs": ("AWS::FSx::DataRepositoryAssociation", "dra-2", "Delete"),
        **({} if place else {"Bucket": ("AWS::S3::Bucket", f"bucket-{name}", policy)}),
    }
    return Stack(
        f"airflow-{name}-storage",
        resources,
        properties={
            "Dags": {**link, "FileSystemPath": "/dags", "S3": {"AutoImportPolicy": {"Events": ["NEW"]}}},
            "Logs": {**link, "DataRepositoryPath": place or own, "S3": {"AutoExportPolicy": {"Events": ["NEW"]}}},
        },
    )
