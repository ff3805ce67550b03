"""The network, and who may talk to whom in it."""
