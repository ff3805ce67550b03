"""What AWS and Airflow offer: tables with their sources, which no setting changes."""
