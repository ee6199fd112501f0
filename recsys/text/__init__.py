"""Product texts as vectors: tokens, TF-IDF, latent and embedding vectors."""
