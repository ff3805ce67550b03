"""Resource types that the emulator lacks, and what AWS refuses of those it has. Importing a module registers it."""
