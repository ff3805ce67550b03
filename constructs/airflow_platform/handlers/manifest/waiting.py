"""Waits: until objects are ready, or gone."""

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, repeat

from airflow_platform.handlers.manifest import diagnosis
from airflow_platform.handlers.manifest.kubectl import Kubectl, KubectlError
from airflow_platform.handlers.manifest.lookout import Lookout
from airflow_platform.handlers.manifest.objects import identity, owned
from airflow_platform.handlers.manifest.rollout import Progress, condition, progress, reason, waited_for
from airflow_platform.handlers.response import Deadline, Json

PAUSES_SECONDS = (0.5, 1.0, 2.0)  # between the first looks, since many things are quick
LONG_PAUSE_SECONDS = 3.0
DELETE_ATTEMPTS = 3

Sleep = Callable[[float], None]


def pauses() -> Iterator[float]:
    """Seconds between one look and the next."""
    return chain(PAUSES_SECONDS, repeat(LONG_PAUSE_SECONDS))


class RolloutError(Exception):
    """The objects were applied and did not become ready."""


class DeletionError(Exception):
    """Objects are still there: kubectl refused, or something holds them."""


def until_ready(
    kubectl: Kubectl,
    objects: Sequence[Json],
    deadline: Deadline,
    sleep: Sleep = time.sleep,
    *,
    applied_at: float | None = None,
) -> None:
    """Wait for Jobs, claims and rollouts. `applied_at`: seconds since the epoch, default now; see Lookout.

    Raises:
        RolloutError: one failed for good, its new pods cannot run, or the deadline passed; names each object that is
            not ready, and why.
    """
    waiting = waited_for(objects)
    lookout = Lookout(kubectl, time.time() if applied_at is None else applied_at)
    told: dict[str, str] = {}
    pause = pauses()
    while waiting:
        state = _states(kubectl, waiting)
        for name, (_, now) in state.items():
            if told.get(name) != str(now):
                told[name] = str(now)
                print(f"{name}: {'ready' if now.ready else now.message}")
        waiting = [obj for obj in waiting if not state[str(identity(obj))][1].ready]
        hopeless = lookout.hopeless(
            {str(identity(obj)): state[str(identity(obj))][0] for obj in waiting}, deadline.elapsed
        )
        for name, why in hopeless.items():
            state[name] = (state[name][0], Progress(ready=False, failed=True, message=why))
        failed = [name for name, (_, now) in state.items() if now.failed]
        if failed or (waiting and deadline.passed):
            names = failed or [str(identity(obj)) for obj in waiting]
            when = "" if failed else " when the time was up"
            reasons = [diagnosis.explain(kubectl, name, state[name][0], state[name][1].message) for name in names]
            raise RolloutError(f"Not ready{when}: " + " | ".join(reasons))
        if waiting:
            sleep(min(next(pause), deadline.remaining))


def _states(kubectl: Kubectl, waiting: Sequence[Json]) -> dict[str, tuple[Json, Progress]]:
    """Each object as it is now. A read that fails is a state too: the next one may succeed."""
    try:
        live = {identity(obj): obj for obj in kubectl.get(waiting)}
    except KubectlError as error:
        unknown = Progress(ready=False, message=f"state unknown, {error}")
        return {str(identity(obj)): (obj, unknown) for obj in waiting}
    found = {}
    for obj in waiting:
        now = live.get(identity(obj))
        missing = Progress(ready=False, message="is not on the cluster")
        found[str(identity(obj))] = (now, progress(now)) if now else (obj, missing)
    return found


def delete(kubectl: Kubectl, wanted: Sequence[Json], deadline: Deadline, sleep: Sleep = time.sleep) -> None:
    """Delete those of `wanted` that still belong to their manifest, in one command, and wait until they are gone.

    Raises:
        DeletionError: some are still there; names each one, and what holds or refused it.
    """
    attempts = 0
    pause = pauses()
    refused = ""
    remaining = owned(kubectl.get(wanted), wanted)
    while remaining:
        undeleted = [obj for obj in remaining if "deletionTimestamp" not in obj["metadata"]]
        if undeleted and attempts < DELETE_ATTEMPTS:
            attempts += 1
            try:
                kubectl.delete(undeleted)
                refused = ""
            except KubectlError as error:
                refused = str(error)
                print(f"Deletion refused, attempt {attempts} of {DELETE_ATTEMPTS}: {refused}")
        elif (undeleted and refused) or deadline.passed:
            held = ", ".join(map(holding, remaining))
            raise DeletionError(f"Not deleted: {held}" + (f"; {refused}" if refused else ""))
        sleep(min(next(pause), deadline.remaining))
        remaining = owned(kubectl.get(remaining), wanted)


def holding(obj: Json) -> str:
    """An object that does not go, and what it says about that."""
    metadata = obj["metadata"]
    finalizers = [*(metadata.get("finalizers") or []), *(obj.get("spec", {}).get("finalizers") or [])]
    told = [f"finalizers {', '.join(finalizers)}"] if finalizers else []
    for type_ in ("NamespaceContentRemaining", "NamespaceFinalizersRemaining", "NamespaceDeletionContentFailure"):
        found = condition(obj, type_)
        told += [reason(found)] if found else []
    return f"{identity(obj)} ({'; '.join(told) or 'no finalizer'})"
