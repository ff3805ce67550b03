"""The way for people to Airflow: a load balancer with TLS, before the nodes."""
