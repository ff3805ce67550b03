"""Interface endpoints: the AWS services that are called from the private subnets."""

INTERFACE_ENDPOINTS = {
    "Eks": "eks",
    "EksAuth": "eks-auth",
    "Lambda": "lambda",
    "Ec2": "ec2",
    "EcrApi": "ecr.api",
    "EcrDocker": "ecr.dkr",
    "Sts": "sts",
    "Logs": "logs",
    "SecretsManager": "secretsmanager",
    "Fsx": "fsx",
    "Ssm": "ssm",
    "SsmMessages": "ssmmessages",
}
"""Construct id -> service: what nodes, add-ons, the manifest handler and Session Manager call."""
