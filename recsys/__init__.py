"""Retail recommendations: fit on Arrow or pandas tables, or build whole shops with dbt."""
