"""`make dags`: DAG files to the platform's bucket, checked before, shown after, and back with one command."""
