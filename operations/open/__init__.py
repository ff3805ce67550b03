"""Opens Airflow's UI in a browser."""
