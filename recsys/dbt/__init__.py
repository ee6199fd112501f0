"""What dbt calls: a plugin that opens the shop file, and what the Python models are made of."""
