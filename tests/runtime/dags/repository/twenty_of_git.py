"""Twenty tasks that do nothing, from a Git bundle."""

from airflow.sdk import dag, task


@dag(schedule=None, catchup=False)
def twenty_of_git():
    @task
    def nothing():
        pass

    for number in range(20):
        nothing.override(task_id=f"nothing_{number}")()


twenty_of_git()
