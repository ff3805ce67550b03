"""The longest times that a file may set, where what serves them has a limit of its own."""

LONGEST_ROLLOUT_MINUTES = 13
"""The function that waits for a step has Lambda's 15 minutes: for the step, for applying it, and for the answer."""

SHORTEST_ROLLOUT_MINUTES = 2
"""A first start of Airflow took 34 seconds, with its image on the node."""

LONGEST_TASK_GRACE_SECONDS = 240
"""A stack's deletion waits for the running tasks to end, in the same function, within `DELETE_SECONDS` of its own."""
