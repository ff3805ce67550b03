"""Which resources have network interfaces, in which subnets and with which security groups."""

from standins.aws.ledger import LEDGER, Resource


def subnets_of(resource: Resource) -> list[str]:
    """The subnets that a resource has network interfaces in."""
    properties = resource.properties
    match resource.type:
        case "AWS::FSx::FileSystem":
            return list(properties["SubnetIds"])
        case "AWS::EC2::NatGateway" | "AWS::EC2::Instance":
            return [properties["SubnetId"]]
        case "AWS::EKS::Cluster":
            return list(properties["ResourcesVpcConfig"]["SubnetIds"])
        case "AWS::EKS::Nodegroup":
            return list(properties["Subnets"])
        case "AWS::EC2::VPCEndpoint":
            return list(properties.get("SubnetIds") or ())
        case "AWS::ElasticLoadBalancingV2::LoadBalancer":
            return list(properties["Subnets"])
        case "AWS::Lambda::Function":
            return list((properties.get("VpcConfig") or {}).get("SubnetIds") or ())
        case "AWS::RDS::DBInstance":
            group = LEDGER.find("AWS::RDS::DBSubnetGroup", properties.get("DBSubnetGroupName", ""))
            return list(group.properties["SubnetIds"]) if group else []
    return []


def groups_of(resource: Resource) -> list[str]:
    """The security groups of a resource's network interfaces."""
    properties = resource.properties
    match resource.type:
        case "AWS::FSx::FileSystem" | "AWS::EC2::Instance" | "AWS::EC2::VPCEndpoint":
            return list(properties.get("SecurityGroupIds") or ())
        case "AWS::RDS::DBInstance":
            return list(properties.get("VPCSecurityGroups") or ())
        case "AWS::ElasticLoadBalancingV2::LoadBalancer":
            return list(properties.get("SecurityGroups") or ())
        case "AWS::EKS::Cluster":
            own = resource.attributes.get("ClusterSecurityGroupId")
            return [*(properties["ResourcesVpcConfig"].get("SecurityGroupIds") or ()), *([own] if own else [])]
        case "AWS::Lambda::Function":
            return list((properties.get("VpcConfig") or {}).get("SecurityGroupIds") or ())
        case "AWS::EKS::Nodegroup":
            template = LEDGER.find("AWS::EC2::LaunchTemplate", (properties.get("LaunchTemplate") or {}).get("Id", ""))
            return list(template.properties["LaunchTemplateData"].get("SecurityGroupIds") or ()) if template else []
    return []
