"""The breaks, a module a room of the product."""

from tests.mutants.mutant import Mutant
from tests.mutants.tables import (
    backup,
    charts,
    front_door,
    handlers,
    login,
    operations,
    scripts,
    settings,
    stacks,
    tasks,
)

MUTANTS: tuple[Mutant, ...] = (
    *settings.MUTANTS,
    *handlers.MUTANTS,
    *scripts.MUTANTS,
    *stacks.MUTANTS,
    *charts.MUTANTS,
    *login.MUTANTS,
    *operations.MUTANTS,
    *tasks.MUTANTS,
    *front_door.MUTANTS,
    *backup.MUTANTS,
)
