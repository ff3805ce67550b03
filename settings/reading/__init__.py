"""From text to data, and from errors to words."""
