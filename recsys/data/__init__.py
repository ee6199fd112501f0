"""Tables as models read them: interactions as sparse matrices, attributes as numbers."""
