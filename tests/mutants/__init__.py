"""One-line breaks of the product, each of which a test that names the promise must notice."""
