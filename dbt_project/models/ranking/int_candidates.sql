{{ ranked_candidates(recommenders()) }}
