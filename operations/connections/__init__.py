"""What Airflow would find in the store of connections and variables."""
