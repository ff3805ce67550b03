"""What is applied to the cluster: a chart a step of a release, and the objects that charts share."""
