"""Simulate: worlds whose truth is known, to see how right a result is."""
