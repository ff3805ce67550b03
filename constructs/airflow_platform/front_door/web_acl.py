"""AWS WAF before the load balancer."""

from aws_cdk import aws_wafv2 as waf
from constructs import Construct

ONLY_COUNTED = ("SizeRestrictions_BODY",)
"""Rules of AWS's that would refuse what Airflow is asked for: the arguments of a run, or a connection, in JSON are
larger than 8 KB at times."""


class WebAcl(Construct):
    """AWS's common rules and known bad inputs, and a limit of requests for each address: 5 USD a month, and 3 for the
    rules."""

    def __init__(self, scope: Construct, construct_id: str, *, requests_per_five_minutes: int) -> None:
        super().__init__(scope, construct_id)
        rate = waf.CfnWebACL.RateBasedStatementProperty(
            aggregate_key_type="IP", limit=requests_per_five_minutes, evaluation_window_sec=300
        )
        limit = waf.CfnWebACL.RuleProperty(
            name="Requests",
            priority=0,
            statement=waf.CfnWebACL.StatementProperty(rate_based_statement=rate),
            action=waf.CfnWebACL.RuleActionProperty(block={}),
            visibility_config=_told("Requests"),
        )
        self._acl = waf.CfnWebACL(
            self,
            "Resource",
            scope="REGIONAL",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_told("AirflowFrontDoor"),
            rules=[
                limit,
                _managed(1, "AWSManagedRulesKnownBadInputsRuleSet"),
                _managed(2, "AWSManagedRulesCommonRuleSet", only_counted=ONLY_COUNTED),
            ],
        )

    def protect(self, scope: Construct, load_balancer_arn: str) -> None:
        """Look at its requests. `scope` goes with the load balancer."""
        waf.CfnWebACLAssociation(
            scope, "WebAclAssociation", resource_arn=load_balancer_arn, web_acl_arn=self._acl.attr_arn
        )


def _managed(priority: int, name: str, *, only_counted: tuple[str, ...] = ()) -> waf.CfnWebACL.RuleProperty:
    overrides = [
        waf.CfnWebACL.RuleActionOverrideProperty(name=each, action_to_use=waf.CfnWebACL.RuleActionProperty(count={}))
        for each in only_counted
    ]
    group = waf.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS", name=name, rule_action_overrides=overrides or None
    )
    return waf.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        statement=waf.CfnWebACL.StatementProperty(managed_rule_group_statement=group),
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        visibility_config=_told(name),
    )


def _told(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )
