"""What people run beside the CDK: a folder a command."""
