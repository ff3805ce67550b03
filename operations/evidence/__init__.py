"""`make evidence`: one security report over the templates and the Kubernetes objects of an environment."""
