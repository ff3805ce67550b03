"""Airflow: its charts, the pods in them, and the scripts that pods run."""
