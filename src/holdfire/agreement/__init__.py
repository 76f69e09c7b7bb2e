"""Agreement: load a text that is data, name all its faults, say what is in force, what changed, and who is who."""
