"""Fusion: from overlapping, imprecise, copied and partisan reports to incidents with probabilities."""
