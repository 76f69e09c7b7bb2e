"""Readers: files of many formats into canonical reports; one file per format, and a registry."""
