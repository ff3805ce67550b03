"""Every time limit of the functions and of what calls them: they have to fit into each other.

    the handler      |-- the rollout's timeout + WORK --|-- RESERVE --|
    CloudFormation   |-- ServiceTimeout: the same ------|-- ANSWER ---|
    Lambda           |-- LAMBDA --------------------------------------------|

The rollout's timeout is a setting (its bounds stand in settings/facts/limits.py). Whoever answers first must be the
function, which knows the reason; CloudFormation's own limit is for a function that could not answer, and Lambda ends
one without a word. tests/unit/constructs/handlers/test_limits.py adds all of it up.
"""

# --- The invocation

LAMBDA_SECONDS = 900
"""Lambda's longest. The handlers keep their own, shorter limits, so that they always answer."""

RESERVE_SECONDS = 20
"""Kept of the function's time, to answer in."""

ANSWER_SECONDS = 20
"""What CloudFormation waits longer than the handler works."""

# --- Manifests

WORK_SECONDS = 90
"""Most time for what is not waiting for the rollout: applying, and deleting what left the manifest."""

REPLACE_SECONDS = 60
"""Most time for Jobs to go that have to run again; a pod of theirs that still runs has 30 seconds to end."""

PRUNE_SECONDS = 60
"""Most time for the objects to go that left the manifest."""

DELETE_SECONDS = 270
"""Most time for everything to go: a task pod may take 240 seconds to end itself and let go of its claim."""

# --- How long a new pod may have trouble before the rollout is given up

PODS_SECONDS = 15
"""Between two looks at an object's pods: each one is a command, and the object itself is looked at more often."""

PULL_SECONDS = 75
"""An image that cannot be pulled: the kubelet has tried again after 10, 20 and 40 seconds, so it is no hiccup."""

CONFIG_SECONDS = 60
"""A container that cannot be made, such as for a missing key of a Secret, which may come a moment after the pod."""

CRASH_SECONDS = 60
"""From the first crash of a container to the one that is too much: with the kubelet's pauses the fifth, after a minute
and a half. New pods wait for the database in an init container, and a component that is up ends 50 seconds after its
database has gone (measured): a failover of 90 seconds fails no rollout ("typically 60-120 seconds", "Failing over a
Multi-AZ DB instance", RDS user guide); one that takes longer may, and the deployment goes back."""

LEAST_CRASHES = 4
"""So many crashes at least: a container that waits 300 seconds for something, ends and waits again is no crash loop."""

UNSCHEDULABLE_SECONDS = 105
"""A pod that no node can hold: a new node stays tainted until the file system's driver runs, and an old pod that makes
room ends in seconds as a rule."""

# --- kubectl

REQUEST_TIMEOUT_SECONDS = 30
"""One request of kubectl's; a working API server answers in a second."""

COMMAND_TIMEOUT_SECONDS = 90
"""One command, which may send many requests: a whole manifest is applied in seconds."""

RETRY_PAUSES_SECONDS = (2.0, 5.0)
"""Before a command that did not reach the cluster is tried again: a new access entry takes seconds to be known."""

EKS_TOKEN_SECONDS = 900
"""How long EKS takes a token."""

TOKEN_SECONDS = 300
"""Age at which the next command gets a new token; old enough to be shared, and far from the end of its life."""

# --- Add-ons

MOVE_SECONDS = 13 * 60
"""Most time for one add-on to move: EKS replaces its pods node by node."""

MOVE_ANSWER_SECONDS = 120
"""What CloudFormation waits longer than that: the function has then been ended by Lambda."""

# --- The gate before an upgrade

GATE_SECONDS = 60
"""Most time to begin questions in: there is one for each add-on, and each is answered in a second."""

GATE_REQUEST_SECONDS = 5
"""One attempt to connect to EKS, and one to read what it answers."""

GATE_TRIES = 3
"""Attempts at one question."""

GATE_ANSWER_SECONDS = 60
"""What CloudFormation waits longer than that: the last question may hang."""

# --- Target groups of node groups

ATTACH_SECONDS = 300
"""Most time until the nodes of a group are registered with a target group: seconds, as a rule."""

DETACH_SECONDS = 420
"""Most time until none is any more: each answers its last requests first, for `DRAIN_SECONDS` at most."""

SOURCE_ANSWER_SECONDS = 60
"""What CloudFormation waits longer than both take together: AWS's own client tries again for a while."""
