"""`make backup`: one dated set of all that a platform can be brought up from."""
