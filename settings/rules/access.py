"""Rules on the way to Airflow."""

from collections.abc import Iterator

from settings.facts.front_door import KEEP_ALIVE_SECONDS, SMALLEST_SUBNET_PREFIX, WIDEST_PREFIX
from settings.model.airflow import AirflowSettings
from settings.model.environment import AwsEnvironment
from settings.reading.violations import Violation
from settings.rules.network import ipv4_network
from settings.rules.shared import repeats

EVERYWHERE = "0.0.0.0/0"
OF_THE_LOAD_BALANCER = ("cidrs", "host_name", "certificate_arn", "hosted_zone_id", "node_groups", "waf")
KEEP_ALIVE = "api.worker_timeout"


def only_a_load_balancer_has_its_settings(environment: AwsEnvironment) -> Iterator[Violation]:
    """A limit that is not in force is a false promise."""
    access = environment.access
    if access.has_load_balancer:
        return
    for name in OF_THE_LOAD_BALANCER:
        if value := getattr(access, name):
            shown = list(value) if isinstance(value, tuple) else value
            yield Violation(f"access.{name}", "must be left out while access.mode is port_forward", shown)


def load_balancer_names_who_may_connect(environment: AwsEnvironment) -> Iterator[Violation]:
    """Nobody is no platform, and everybody has to be said."""
    access = environment.access
    if access.has_load_balancer and not access.cidrs:
        everybody = f"; all of the internet is [{EVERYWHERE}]" if access.mode == "internet" else ""
        rule = f"must name at least one IPv4 network, since access.mode is {access.mode}{everybody}"
        yield Violation("access.cidrs", rule, [])


def ranges_are_networks(environment: AwsEnvironment) -> Iterator[Violation]:
    """The VPC has IPv4 alone."""
    for index, cidr in enumerate(environment.access.cidrs):
        if ipv4_network(cidr) is None:
            yield Violation(f"access.cidrs[{index}]", "must be an IPv4 network, such as 198.51.100.0/24", cidr)


def ranges_are_named_once(environment: AwsEnvironment) -> Iterator[Violation]:
    """EC2 refuses the same rule twice."""
    yield from repeats("access.cidrs", environment.access.cidrs, "networks")


def ranges_are_limits(environment: AwsEnvironment) -> Iterator[Violation]:
    """Nearly everything is everything, not said."""
    access = environment.access
    for index, cidr in enumerate(access.cidrs):
        network, path = ipv4_network(cidr), f"access.cidrs[{index}]"
        if network is None:
            continue
        if network.prefixlen == 0:
            if access.mode != "internet":
                rule = "must be a part of the networks that are connected to the VPC; everywhere is for mode internet"
                yield Violation(path, rule, cidr)
            elif len(access.cidrs) > 1:
                yield Violation(path, "must stand alone: with it the others are no limit", cidr)
        elif network.prefixlen < WIDEST_PREFIX:
            rule = f"must be /{WIDEST_PREFIX} or longer; if everybody is meant, [{EVERYWHERE}] says so"
            yield Violation(path, rule, cidr)


def load_balancer_has_a_host_name(environment: AwsEnvironment) -> Iterator[Violation]:
    """The certificate, the cookies and the links that Airflow sends are of a name."""
    access = environment.access
    if access.has_load_balancer and access.host_name is None:
        rule = f"must be the DNS name that people open, since access.mode is {access.mode}"
        yield Violation("access.host_name", rule, None)


def certificate_is_given_or_made(environment: AwsEnvironment) -> Iterator[Violation]:
    """There is no listener without TLS."""
    access = environment.access
    if not access.has_load_balancer:
        return
    if access.certificate_arn is None and access.hosted_zone_id is None:
        rule = "must be set, or access.hosted_zone_id for a certificate that is made: there is no way in without TLS"
        yield Violation("access.certificate_arn", rule, None)
    if access.certificate_arn is not None and access.hosted_zone_id is not None:
        rule = "must be left out where access.hosted_zone_id is set, in which a certificate is made"
        yield Violation("access.certificate_arn", rule, access.certificate_arn)


def certificate_is_of_the_region_and_account(environment: AwsEnvironment) -> Iterator[Violation]:
    """A load balancer takes certificates of its own region and account only."""
    arn = environment.access.certificate_arn
    if arn is None:
        return
    region, account = arn.split(":")[3:5]
    if region != environment.region:
        yield Violation("access.certificate_arn", f"must be of region {environment.region}", arn)
    elif environment.account not in (None, account):
        yield Violation("access.certificate_arn", f"must be of account {environment.account}", arn)


def base_url_follows_from_the_host_name(environment: AwsEnvironment) -> Iterator[Violation]:
    """Another address in links and redirects is one that nobody reaches; over http no cookie would come back."""
    access, url = environment.access, environment.airflow.base_url
    default = AirflowSettings.model_fields["base_url"].default
    if access.url and url not in (default, access.url):
        rule = f"must be left out, or be {access.url}, where people come by access.host_name"
        yield Violation("airflow.base_url", rule, url)


def node_groups_exist(environment: AwsEnvironment) -> Iterator[Violation]:
    """A load balancer without nodes answers nobody."""
    known = environment.cluster.node_groups
    for index, name in enumerate(environment.access.node_groups):
        if name not in known:
            rule = f"must be one of cluster.node_groups ({', '.join(known)})"
            yield Violation(f"access.node_groups[{index}]", rule, name)
    yield from repeats("access.node_groups", environment.access.node_groups, "node groups")


def public_subnets_hold_a_load_balancer(environment: AwsEnvironment) -> Iterator[Violation]:
    """Elastic Load Balancing asks for eight free addresses in a /27."""
    prefix = environment.network.public_subnet_prefix
    if environment.access.mode == "internet" and prefix > SMALLEST_SUBNET_PREFIX:
        rule = f"must be at most {SMALLEST_SUBNET_PREFIX} where access.mode is internet: the load balancer stands there"
        yield Violation("network.public_subnet_prefix", rule, prefix)


def connections_outlive_the_load_balancers(environment: AwsEnvironment) -> Iterator[Violation]:
    """The API server must not close an idle connection before the load balancer does."""
    seconds = environment.airflow.config.get(KEEP_ALIVE)
    if environment.access.has_load_balancer and isinstance(seconds, int) and seconds < KEEP_ALIVE_SECONDS:
        rule = f"must be at least {KEEP_ALIVE_SECONDS} with a load balancer, or some requests would fail"
        yield Violation(f"airflow.config.{KEEP_ALIVE}", rule, seconds)
