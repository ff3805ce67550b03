"""Scripts that run where Airflow is: in the deployed image, or in a pod. They hold nothing of ours but themselves."""
