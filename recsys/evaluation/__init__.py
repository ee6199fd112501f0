"""How good lists, ratings and preferences are, and how sure that is."""
