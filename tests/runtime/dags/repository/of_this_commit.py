"""What a DAG imports from beside it."""

VERSION = "VERSION_OF_THE_COMMIT"
