"""`make sbom`: what the platform is made of."""
