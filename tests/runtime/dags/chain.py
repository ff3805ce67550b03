"""Five tasks one after the other, each of which gets the result of the one before."""

from airflow.sdk import dag, task


@dag(schedule=None, catchup=False)
def chain():
    @task
    def step(value):
        print(f"the value is {value}")
        return value + 1

    value = 0
    for number in range(5):
        value = step.override(task_id=f"step_{number}")(value)


chain()
