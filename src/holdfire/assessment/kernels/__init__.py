"""Kernels: one file for each kind of clause; ``registry`` lists them."""
