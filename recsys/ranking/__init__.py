"""Exact best products per customer, and exact most similar products."""
