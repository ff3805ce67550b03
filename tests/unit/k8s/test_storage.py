"""The Storage chart."""

from itertools import pairwise

import pytest

from k8s.rendered import Json, Release
from tests.unit.k8s.conftest import token


def test_should_describe_a_storage_class_that_makes_a_file_system_like_ours(aws: Release) -> None:
    storage_class = aws.get("StorageClass", "aws-fsx-sc", None)
    assert storage_class["provisioner"] == "fsx.csi.aws.com"
    assert storage_class["parameters"] == {
        "subnetId": token(103),
        "securityGroupIds": token(104),
        "deploymentType": "PERSISTENT_2",
        "storageType": "SSD",
        "perUnitStorageThroughput": "125",
        "fileSystemTypeVersion": "2.15",
    }
    assert storage_class["mountOptions"] == ["flock"]
    assert storage_class["reclaimPolicy"] == "Retain"


def test_should_have_no_storage_class_without_fsx(local: Release) -> None:
    assert local.of_kind("StorageClass") == []


def test_should_mount_exactly_the_file_system_of_the_platform(aws: Release) -> None:
    spec = aws.get("PersistentVolume", "aws-fsx-pv", None)["spec"]
    assert spec["csi"] == {
        "driver": "fsx.csi.aws.com",
        "volumeHandle": token(100),
        "volumeAttributes": {"dnsname": token(101), "mountname": token(102)},
    }
    assert spec["mountOptions"] == ["flock"]
    assert spec["persistentVolumeReclaimPolicy"] == "Retain"
    assert spec["accessModes"] == ["ReadWriteMany"]


def test_should_mount_the_same_file_system_for_the_set_up_under_another_handle(aws: Release) -> None:
    # The kubelet takes volumes of one handle for one volume.
    ours, setup = (
        aws.get("PersistentVolume", name, None)["spec"]["csi"] for name in ("aws-fsx-pv", "aws-fsx-pv-setup")
    )
    assert ours["volumeAttributes"] == setup["volumeAttributes"]
    assert ours["volumeHandle"] != setup["volumeHandle"]


@pytest.mark.parametrize(
    ("namespace", "volume"), [("airflow", "aws-fsx-pv"), ("airflow-storage-setup", "aws-fsx-pv-setup")]
)
def test_should_bind_volume_and_claim_to_each_other(any_release: Release, namespace: str, volume: str) -> None:
    claim = any_release.get("PersistentVolumeClaim", "aws-fsx-pvc", namespace)["spec"]
    found = any_release.get("PersistentVolume", volume, None)["spec"]
    assert claim["volumeName"] == volume
    assert found["claimRef"]["name"] == "aws-fsx-pvc"
    assert found["claimRef"]["namespace"] == namespace
    assert claim["storageClassName"] == found.get("storageClassName", "")
    assert claim["resources"]["requests"] == found["capacity"] == {"storage": "1200Gi"}
    assert claim["accessModes"] == found["accessModes"]


def test_should_use_a_folder_of_the_node_without_aws(local: Release) -> None:
    for name in ("aws-fsx-pv", "aws-fsx-pv-setup"):
        spec = local.get("PersistentVolume", name, None)["spec"]
        assert spec["hostPath"] == {"path": "/var/lib/airflow-on-eks", "type": "DirectoryOrCreate"}
        assert "storageClassName" not in spec
    for namespace in ("airflow", "airflow-storage-setup"):
        # No class, not the default one: nothing may provision it.
        assert local.get("PersistentVolumeClaim", "aws-fsx-pvc", namespace)["spec"]["storageClassName"] == ""


def test_should_make_namespaces_before_what_stands_in_them(any_release: Release) -> None:
    kinds = [obj["kind"] for obj in any_release.charts["Storage"]]
    for kind in ("PersistentVolumeClaim", "NetworkPolicy", "Job"):
        assert max(at for at, name in enumerate(kinds) if name == "Namespace") < kinds.index(kind)
    assert kinds[-1] == "Job"


def test_should_prepare_the_folders_once_and_leave_what_is_in_them(any_release: Release) -> None:
    container = setup_container(any_release)
    # -d makes what is missing and sets owner and mode of exactly these folders.
    folders = ["/mnt/airflow/dags", "/mnt/airflow/logs"]
    assert container["command"] == ["install", "-d", "-o", "50000", "-g", "0", "-m", "2775", *folders]


def test_should_prepare_the_folders_that_airflow_mounts(any_release: Release) -> None:
    root = setup_container(any_release)["volumeMounts"][0]["mountPath"]
    scheduler = any_release.pod_templates["airflow-scheduler"]["spec"]["containers"][0]
    used = {f"{root}/{mount['subPath']}" for mount in scheduler["volumeMounts"] if mount["name"] == "data"}
    assert used == set(setup_container(any_release)["command"][-2:])


def test_should_give_the_root_pod_nothing_else(any_release: Release) -> None:
    spec = any_release.pod_templates["airflow-storage-setup"]["spec"]
    (container,) = spec["containers"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"], "add": ["CHOWN", "FOWNER"]}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert spec["volumes"] == [{"name": "data", "persistentVolumeClaim": {"claimName": "aws-fsx-pvc"}}]
    assert "envFrom" not in container


def test_should_cut_the_root_pod_off_the_network(any_release: Release) -> None:
    policy = any_release.get("NetworkPolicy", "deny-all", "airflow-storage-setup")["spec"]
    assert policy == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_should_keep_immutable_fields_whatever_the_settings(
    aws: Release, aws_highly_available: Release, aws_other_version: Release
) -> None:
    for one, other in pairwise((aws, aws_highly_available, aws_other_version)):
        for kind in ("StorageClass", "PersistentVolume", "PersistentVolumeClaim"):
            assert one.of_kind(kind) == other.of_kind(kind)


def setup_container(release: Release) -> Json:
    (container,) = release.pod_templates["airflow-storage-setup"]["spec"]["containers"]
    found: Json = container
    return found
