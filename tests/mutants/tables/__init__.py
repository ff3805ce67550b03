"""The breaks, a module a room of the product."""

from tests.mutants.mutant import Mutant
from tests.mutants.tables import backup, charts, handlers, operations, scripts, settings, stacks, tasks

MUTANTS: tuple[Mutant, ...] = (
    *settings.MUTANTS,
    *handlers.MUTANTS,
    *scripts.MUTANTS,
    *stacks.MUTANTS,
    *charts.MUTANTS,
    *operations.MUTANTS,
    *tasks.MUTANTS,
    *backup.MUTANTS,
)
