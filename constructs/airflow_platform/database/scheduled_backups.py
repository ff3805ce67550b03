"""Copies of the database by AWS Backup: longer than RDS's own, in a vault that can be locked."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_backup as backup
from aws_cdk import aws_iam as iam
from constructs import Construct

from settings.model.backup import FEWEST_KEEP_DAYS, BackupSettings

SCHEDULES = {"daily": "* *", "weekly": "SUN *"}
"""Day of the week and year of a cron expression ("Schedule expressions", AWS Backup API reference)."""

GRACE_DAYS = 3
"""Days in which a compliance lock can still be taken off; the fewest that AWS Backup takes
(PutBackupVaultLockConfiguration, AWS Backup API reference)."""


class ScheduledBackups(Construct):
    """A vault, a plan, and the role with which AWS Backup makes snapshots of one database.

    The bucket is in no plan: AWS Backup puts a bucket's notification configuration, in which FSx has its entry, and
    keeps versions itself. A vault with backups in it can't be deleted, so it stays when the stack goes.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: BackupSettings,
        database_arn: str,
        name: str,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        assert settings.frequency is not None
        vault = backup.CfnBackupVault(
            self,
            "Vault",
            backup_vault_name=name,
            lock_configuration=backup.CfnBackupVault.LockConfigurationTypeProperty(
                min_retention_days=FEWEST_KEEP_DAYS,
                changeable_for_days=GRACE_DAYS if settings.lock == "compliance" else None,
            )
            if settings.lock
            else None,
        )
        vault.apply_removal_policy(removal_policy)
        hour, minute = settings.start_time.split(":")
        plan = backup.CfnBackupPlan(
            self,
            "Plan",
            backup_plan=backup.CfnBackupPlan.BackupPlanResourceTypeProperty(
                backup_plan_name=name,
                backup_plan_rule=[
                    backup.CfnBackupPlan.BackupRuleResourceTypeProperty(
                        rule_name=settings.frequency,
                        target_backup_vault=vault.ref,
                        schedule_expression=f"cron({int(minute)} {int(hour)} ? * {SCHEDULES[settings.frequency]})",
                        lifecycle=backup.CfnBackupPlan.LifecycleResourceTypeProperty(
                            delete_after_days=settings.keep_days
                        ),
                    )
                ],
            ),
        )
        role = iam.Role(
            self,
            "Role",
            description="AWS Backup: makes snapshots of the metadata database",
            assumed_by=iam.ServicePrincipal("backup.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AWSBackupServiceRolePolicyForBackup")
            ],
        )
        backup.CfnBackupSelection(
            self,
            "Selection",
            backup_plan_id=plan.ref,
            backup_selection=backup.CfnBackupSelection.BackupSelectionResourceTypeProperty(
                selection_name="database", iam_role_arn=role.role_arn, resources=[database_arn]
            ),
        )
