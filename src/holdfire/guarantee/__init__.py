"""Say what a guarantee asks for: commitments, gates, and the ladder's rungs with their clocks."""
