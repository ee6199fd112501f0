def model(dbt, session):
    from recsys.dbt.serving import compiled_models, serve_blocks

    # each block of customers runs these models, as compiled for the past folds
    computed = {
        "int_known_events": dbt.ref("int_known_events"),
        "int_fold_customers": dbt.ref("int_fold_customers"),
        "int_cold_customers": dbt.ref("int_cold_customers"),
        "int_customer_product_features": dbt.ref("int_customer_product_features"),
        "int_customer_features": dbt.ref("int_customer_features"),
        "int_affinities": dbt.ref("int_affinities"),
        "int_training_rows": dbt.ref("int_training_rows"),
        "int_category_history": dbt.ref("int_category_history"),
        "int_preference_features": dbt.ref("int_preference_features"),
        "int_category_probabilities": dbt.ref("int_category_probabilities"),
        "rec_popularity": dbt.ref("rec_popularity"),
        "rec_buy_again": dbt.ref("rec_buy_again"),
        "rec_bought_together": dbt.ref("rec_bought_together"),
        "rec_svd": dbt.ref("rec_svd"),
        "rec_nmf": dbt.ref("rec_nmf"),
        "rec_knn": dbt.ref("rec_knn"),
        "rec_mean_imputed_svd": dbt.ref("rec_mean_imputed_svd"),
        "rec_ease": dbt.ref("rec_ease"),
        "rec_ridge": dbt.ref("rec_ridge"),
        "rec_item_knn": dbt.ref("rec_item_knn"),
        "rec_user_knn": dbt.ref("rec_user_knn"),
        "rec_als": dbt.ref("rec_als"),
        "rec_content": dbt.ref("rec_content"),
        "rec_profile": dbt.ref("rec_profile"),
        "rec_fusion": dbt.ref("rec_fusion"),
        "rec_hybrid": dbt.ref("rec_hybrid"),
        "int_candidates": dbt.ref("int_candidates"),
        "int_profile_candidates": dbt.ref("int_profile_candidates"),
        "int_candidate_pairs": dbt.ref("int_candidate_pairs"),
        "int_hybrid_features": dbt.ref("int_hybrid_features"),
        "int_hybrid_scores": dbt.ref("int_hybrid_scores"),
        "int_hybrid_candidates": dbt.ref("int_hybrid_candidates"),
        "int_new_product_lists": dbt.ref("int_new_product_lists"),
        "int_listed_customers": dbt.ref("int_listed_customers"),
        "int_champion_ranking": dbt.ref("int_champion_ranking"),
        "int_newcomers": dbt.ref("int_newcomers"),
        "int_list_rules": dbt.ref("int_list_rules"),
        "int_rule_matches": dbt.ref("int_rule_matches"),
        "int_ranked_candidates": dbt.ref("int_ranked_candidates"),
        "int_short_lists": dbt.ref("int_short_lists"),
        "int_popular_fillers": dbt.ref("int_popular_fillers"),
        "int_champion_candidates": dbt.ref("int_champion_candidates"),
        "int_reranked_candidates": dbt.ref("int_reranked_candidates"),
        "int_admitted_candidates": dbt.ref("int_admitted_candidates"),
        "int_reranked_lists": dbt.ref("int_reranked_lists"),
        "int_rule_outcomes": dbt.ref("int_rule_outcomes"),
        "int_served_lists": dbt.ref("int_served_lists"),
        "int_reason_links": dbt.ref("int_reason_links"),
        "int_reason_parts": dbt.ref("int_reason_parts"),
        "int_convincing_links": dbt.ref("int_convincing_links"),
        "int_audited_candidates": dbt.ref("int_audited_candidates"),
        "int_audited_contributions": dbt.ref("int_audited_contributions"),
        "int_reason_evidence": dbt.ref("int_reason_evidence"),
        "int_reasons": dbt.ref("int_reasons"),
        "int_block_scores": dbt.ref("int_block_scores"),
    }
    served = {
        "int_block_recommendations": dbt.ref("int_block_recommendations"),
        "int_block_predicted_ratings": dbt.ref("int_block_predicted_ratings"),
        "int_block_preferences": dbt.ref("int_block_preferences"),
        "int_block_audiences": dbt.ref("int_block_audiences"),
        "int_block_demand": dbt.ref("int_block_demand"),
        "int_block_placements": dbt.ref("int_block_placements"),
        "int_block_audit": dbt.ref("int_block_audit"),
    }
    return serve_blocks(
        session=session,
        target=compiled_models(),
        settings=dbt.ref("stg_settings"),
        computed=[*computed, *served],
        served=list(served),
        # of all blocks, the likeliest of a product; the mart ranks them so
        best={
            "int_block_audiences": (
                "product_key",
                "probability desc, customer_key",
                "audience_size",
            )
        },
        # of all blocks, how far each product came
        totals={
            "int_block_placements": (
                "product_key",
                {
                    "is_proposed": "bool_or",
                    "candidate_customers": "sum",
                    "best_probability": "max",
                    "closest": "min",
                    "listed_customers": "sum",
                },
            )
        },
    )
