"""The metadata database and Airflow's secrets."""
