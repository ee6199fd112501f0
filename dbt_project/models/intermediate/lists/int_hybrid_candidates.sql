{{ ranked_candidates(['hybrid']) }}
