"""The breaks, a module a room of the product."""

from tests.mutants.mutant import Mutant
from tests.mutants.tables import charts, front_door, handlers, operations, scripts, settings, stacks

MUTANTS: tuple[Mutant, ...] = (
    *settings.MUTANTS,
    *handlers.MUTANTS,
    *scripts.MUTANTS,
    *stacks.MUTANTS,
    *charts.MUTANTS,
    *operations.MUTANTS,
    *front_door.MUTANTS,
)
