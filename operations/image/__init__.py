"""`make image`: an image of yours, built and pushed to the platform's repository."""
