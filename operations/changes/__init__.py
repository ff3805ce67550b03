"""What a deployment would change on what is deployed, where that can't be, or would cost data."""
