{{ ranked_candidates(['fusion', 'hybrid']) }}
