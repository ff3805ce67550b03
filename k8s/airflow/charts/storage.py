"""The shared file system on the cluster: namespaces, volumes, claims, and the Job that makes it ready."""

import cdk8s
from cdk8s_plus_28 import k8s as kube
from constructs import Construct

from k8s import names
from k8s.airflow.charts.storage_setup import add_storage_setup
from k8s.airflow.context import ChartContext
from k8s.bindings import FsxVolume, HostPathVolume
from k8s.labels import labels
from settings.facts.lustre import LUSTRE_VERSION

COMPONENT = "storage"
FSX_DRIVER = "fsx.csi.aws.com"

CAPACITY = "1200Gi"
"""What volumes and claims say they hold. Constant: a claim cannot shrink, and nothing enforces it on a shared file
system, whose real capacity is a setting."""


class StorageChart(cdk8s.Chart):
    """Namespaces, StorageClass `aws-fsx-sc`, volume `aws-fsx-pv` with claim `aws-fsx-pvc`, and the set-up Job."""

    def __init__(self, scope: Construct, construct_id: str, *, context: ChartContext) -> None:
        super().__init__(scope, construct_id)
        self._add_namespace("Namespace", names.NAMESPACE, enforce="restricted")
        self._add_namespace("SetupNamespace", names.STORAGE_SETUP_NAMESPACE, enforce="baseline")
        volume = context.bindings.volume
        if isinstance(volume, FsxVolume):
            self._add_storage_class(volume)
        # The second pair is for the set-up Job: a claim cannot be used from another namespace.
        self._add_volume("", volume, names.NAMESPACE)
        self._add_volume("Setup", volume, names.STORAGE_SETUP_NAMESPACE)
        add_storage_setup(self, context)

    def _add_namespace(self, construct_id: str, name: str, *, enforce: str) -> None:
        standard = {"enforce": enforce, "warn": enforce, "audit": enforce}
        kube.KubeNamespace(
            self,
            construct_id,
            metadata=kube.ObjectMeta(
                name=name,
                labels={
                    **labels(COMPONENT),
                    **{f"pod-security.kubernetes.io/{mode}": level for mode, level in standard.items()},
                    **{f"pod-security.kubernetes.io/{mode}-version": "latest" for mode in standard},
                },
            ),
        )

    def _add_storage_class(self, volume: FsxVolume) -> None:
        """Makes a new file system like ours for whoever asks.

        Parameters are immutable, so they follow no setting that may change (their names: "Dynamic Provisioning" and
        controller.go of aws-fsx-csi-driver). The driver's own defaults do not work: SCRATCH_1, Lustre 2.10.
        """
        kube.KubeStorageClass(
            self,
            "StorageClass",
            metadata=kube.ObjectMeta(name=names.STORAGE_CLASS, labels=labels(COMPONENT)),
            provisioner=FSX_DRIVER,
            parameters={
                "subnetId": volume.subnet_id,
                "securityGroupIds": volume.security_group_id,
                "deploymentType": "PERSISTENT_2",
                "storageType": "SSD",
                "perUnitStorageThroughput": "125",
                "fileSystemTypeVersion": LUSTRE_VERSION,
            },
            mount_options=["flock"],
            reclaim_policy="Retain",
            volume_binding_mode="Immediate",
        )

    def _add_volume(self, prefix: str, volume: FsxVolume | HostPathVolume, namespace: str) -> None:
        """A volume and a claim that name each other, so that neither can bind to anything else."""
        setup = namespace == names.STORAGE_SETUP_NAMESPACE
        volume_name = f"{names.VOLUME}-setup" if setup else names.VOLUME
        storage_class = names.STORAGE_CLASS if isinstance(volume, FsxVolume) else None
        capacity = {"storage": kube.Quantity.from_string(CAPACITY)}
        kube.KubePersistentVolume(
            self,
            f"{prefix}Volume",
            metadata=kube.ObjectMeta(name=volume_name, labels=labels(COMPONENT)),
            spec=kube.PersistentVolumeSpec(
                access_modes=["ReadWriteMany"],
                capacity=capacity,
                claim_ref=kube.ObjectReference(
                    api_version="v1", kind="PersistentVolumeClaim", namespace=namespace, name=names.CLAIM
                ),
                persistent_volume_reclaim_policy="Retain",
                storage_class_name=storage_class,
                volume_mode="Filesystem",
                mount_options=["flock"] if isinstance(volume, FsxVolume) else None,
                csi=_fsx_source(volume, setup=setup) if isinstance(volume, FsxVolume) else None,
                host_path=kube.HostPathVolumeSource(path=volume.path, type="DirectoryOrCreate")
                if isinstance(volume, HostPathVolume)
                else None,
            ),
        )
        kube.KubePersistentVolumeClaim(
            self,
            f"{prefix}Claim",
            metadata=kube.ObjectMeta(name=names.CLAIM, namespace=namespace, labels=labels(COMPONENT)),
            spec=kube.PersistentVolumeClaimSpec(
                access_modes=["ReadWriteMany"],
                resources=kube.ResourceRequirements(requests=capacity),
                # Empty where there is no FSx: without, the default class would provision something for the claim.
                storage_class_name=storage_class or "",
                volume_mode="Filesystem",
                volume_name=volume_name,
            ),
        )


def _fsx_source(volume: FsxVolume, *, setup: bool) -> kube.CsiPersistentVolumeSource:
    return kube.CsiPersistentVolumeSource(
        driver=FSX_DRIVER,
        # The kubelet takes volumes of one handle for one volume, and would mix the two up on a node that runs pods of
        # both. The driver mounts by DNS and mount name, and reads the handle of a static volume nowhere (node.go).
        volume_handle=f"{volume.file_system_id}-setup" if setup else volume.file_system_id,
        volume_attributes={"dnsname": volume.dns_name, "mountname": volume.mount_name},
    )
