"""Evidence: what came in and what was made of it, named by hashes."""
