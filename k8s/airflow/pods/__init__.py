"""What runs: pods of the components, Jobs and tasks, with their options, files, volumes, probes and resources."""
