"""What is applied to the cluster: a chart a step, and the objects that charts share."""
