{{ ranked_candidates(['profile']) }}
