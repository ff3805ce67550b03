"""What AWS and Airflow offer, written into settings/facts from what the pinned libraries ship."""
