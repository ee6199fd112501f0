"""Synthetic shops of any size, made in SQL; the same files for the same size."""
