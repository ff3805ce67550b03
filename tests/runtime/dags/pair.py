"""Two tasks, of which the second gets the result of the first."""

from airflow.sdk import dag, task


@dag(schedule=None, catchup=False)
def pair():
    @task
    def first():
        return "from the first"

    @task
    def second(text):
        print(text)

    second(first())


pair()
