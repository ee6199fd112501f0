"""Serving in blocks of customers: today's lists, made block by block with bounded memory and disk.

A block is a little database. It holds the tables of products and settings, the rows of its
customers, and it runs the same compiled models that dbt ran over the past folds. Only what is
served leaves it.
"""
