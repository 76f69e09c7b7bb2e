"""Replays: placeholder."""

REPLAYS: dict[str, str] = {}
