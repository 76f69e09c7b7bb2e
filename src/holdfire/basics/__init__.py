"""Instants, places, units, canonical bytes, chances and positioned documents: what every floor stands on."""
