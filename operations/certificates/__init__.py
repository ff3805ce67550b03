"""The certificates of those who sign for RDS, fetched from AWS."""
