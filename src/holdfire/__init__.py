"""Say whether a ceasefire is being kept: clause by clause, with a probability and its evidence."""

__version__ = "0.1.0"
