def model(dbt, session):
    from recsys.dbt.bought_together import candidates_of_pairs

    return candidates_of_pairs(
        interactions=dbt.ref("int_interactions"),
        fold_customers=dbt.ref("int_fold_customers"),
        fold_products=dbt.ref("int_fold_products"),
        pairs=dbt.ref("int_product_pairs"),
        settings=dbt.ref("stg_settings"),
    )
