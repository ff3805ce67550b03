"""The rules across settings: one rule, one function, one message.

A rule is a generator of violations. It may read any setting: one that is refused already ends it (`applied`), so that
nobody is told of a contradiction with a value that has to change anyway.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from settings.model.base import UnreadableSettingError
from settings.model.environment import AwsEnvironment, LocalEnvironment
from settings.reading.violations import Violation
from settings.rules import (
    airflow,
    airflow_options,
    backup,
    cluster,
    dag_bundles,
    database,
    images,
    instance_types,
    local,
    network,
    node_groups,
    offers,
    restore,
    room,
    s3,
    secrets_backend,
    storage,
    tags,
    task_profiles,
    task_roles,
    zones,
)

AWS_RULES: tuple[Callable[[AwsEnvironment], Iterator[Violation]], ...] = (
    offers.region_is_offered,
    zones.zones_belong_to_the_region,
    zones.zones_are_named_once,
    zones.file_system_zone_is_of_the_environment,
    tags.keys_are_allowed,
    tags.keys_differ_in_more_than_case,
    tags.values_are_allowed,
    network.cidr_is_a_private_network,
    network.cidr_has_an_allowed_size,
    network.subnets_fit,
    network.nat_gateways_are_at_most_one_a_zone,
    network.no_nat_needs_interface_endpoints,
    network.private_subnets_hold_all_nodes_and_pods,
    cluster.public_limited_names_its_ranges,
    cluster.only_public_limited_has_ranges,
    cluster.public_ranges_are_networks,
    cluster.public_ranges_are_limits,
    cluster.public_ranges_are_few,
    cluster.principals_are_named_once,
    cluster.principals_are_of_the_regions_partition,
    cluster.someone_can_get_in,
    cluster.logs_are_named_once,
    cluster.kube_proxy_is_not_newer_than_the_cluster,
    cluster.controller_needs_a_nat_gateway,
    cluster.controller_is_a_known_instance_type,
    offers.controller_type_is_offered,
    node_groups.group_name_is_allowed,
    node_groups.group_zones_are_of_the_environment,
    node_groups.group_zones_are_named_once,
    node_groups.desired_size_is_at_least_the_fewest,
    node_groups.desired_size_is_at_most_the_most,
    node_groups.max_size_is_at_least_the_fewest,
    instance_types.instance_types_are_known,
    offers.instance_types_are_offered,
    instance_types.instance_types_are_named_once,
    instance_types.instance_types_are_of_one_architecture,
    instance_types.instance_types_hold_enough_pods,
    node_groups.labels_are_not_reserved,
    node_groups.taints_are_not_reserved,
    node_groups.taints_are_named_once,
    room.some_group_takes_pods,
    room.airflow_fits_at_the_start,
    room.airflow_fits_at_the_largest,
    node_groups.group_names_differ,
    storage.kind_exists,
    storage.throughput_is_offered,
    storage.capacity_is_offered,
    storage.read_cache_is_offered,
    storage.backups_are_offered,
    storage.backup_time_needs_backups,
    storage.customer_key_is_offered,
    s3.linked_file_system_has_no_backups,
    s3.bucket_needs_links,
    s3.data_needs_links,
    s3.data_folders_are_apart,
    s3.data_places_are_apart,
    offers.database_class_is_offered,
    database.storage_can_grow,
    database.retained_data_has_backups,
    database.region_has_certificates,
    backup.scheduled_backups_are_of_kept_data,
    backup.lock_is_of_scheduled_backups,
    backup.shared_backups_have_a_key,
    backup.backup_key_is_of_the_region,
    restore.restored_parts_have_a_database,
    restore.restored_database_has_its_fernet_key,
    restore.restored_secrets_are_the_platforms,
    restore.restored_parts_are_of_the_account_and_region,
    restore.restored_database_keeps_its_key,
    restore.restored_file_system_is_persistent,
    images.prefix_and_cache_exclude_each_other,
    images.cache_needs_the_account,
    images.cache_credential_is_of_the_account_and_region,
    images.cache_needs_a_nat_gateway,
    airflow_options.platform_sets_its_own_options,
    airflow_options.guarded_options_keep_their_values,
    airflow_options.secrets_are_no_options,
    airflow_options.options_are_known,
    airflow_options.options_have_their_present_names,
    airflow_options.values_are_of_the_options_type,
    airflow.base_url_has_a_valid_port,
    airflow.egress_is_of_networks,
    dag_bundles.each_bundle_has_one_source,
    dag_bundles.bundles_do_not_overlap,
    dag_bundles.image_paths_are_the_images,
    dag_bundles.git_sync_has_a_way_out,
    dag_bundles.keys_decrypt_a_credential,
    airflow.parallelism_fits,
    task_profiles.profiles_have_nodes,
    task_profiles.profiles_fit_on_a_node,
    task_roles.roles_give_something,
    task_roles.roles_are_no_administrators,
    task_roles.managed_policies_are_named_once,
    task_roles.statements_give_no_rights_away,
    task_roles.statements_name_the_roles_that_tasks_take,
    task_roles.statements_are_not_too_long,
    task_roles.task_roles_are_of_the_regions_partition,
    secrets_backend.only_a_service_has_the_rest,
    secrets_backend.store_has_a_prefix,
    secrets_backend.prefixes_lie_apart,
    secrets_backend.parameters_have_allowed_names,
    secrets_backend.key_is_of_the_region,
)

LOCAL_RULES: tuple[Callable[[LocalEnvironment], Iterator[Violation]], ...] = (
    airflow_options.platform_sets_its_own_options,
    airflow_options.guarded_options_keep_their_values,
    airflow_options.secrets_are_no_options,
    airflow_options.options_are_known,
    airflow_options.options_have_their_present_names,
    airflow_options.values_are_of_the_options_type,
    airflow.base_url_has_a_valid_port,
    airflow.egress_is_of_networks,
    dag_bundles.each_bundle_has_one_source,
    dag_bundles.bundles_do_not_overlap,
    dag_bundles.image_paths_are_the_images,
    dag_bundles.git_sync_has_a_way_out,
    dag_bundles.credentials_are_kubernetes_secrets,
    local.parallelism_fits,
    task_roles.roles_are_for_aws,
    secrets_backend.no_store_without_aws,
)

Environment = TypeVar("Environment")


def applied(
    rules: Iterable[Callable[[Environment], Iterator[Violation]]], environment: Environment
) -> Iterator[Violation]:
    """What breaks the rules, as far as the rules can be told."""
    for rule in rules:
        try:
            yield from rule(environment)
        except UnreadableSettingError:
            continue


def rules_broken_by(environment: AwsEnvironment | LocalEnvironment) -> list[Violation]:
    """Every rule across settings that the environment breaks."""
    if isinstance(environment, AwsEnvironment):
        return list(applied(AWS_RULES, environment))
    return list(applied(LOCAL_RULES, environment))
