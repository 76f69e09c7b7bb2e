"""Decide what is said of a party: standards of proof, findings and their review."""
