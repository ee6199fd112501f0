def model(dbt, session):
    from recsys.dbt_evaluation import list_diversity

    judged = "fold, customer_id, has_hits"
    customers = dbt.ref("int_fold_customers").project(judged)
    return list_diversity(
        folds=dbt.ref("int_folds"),
        customers=customers.union(dbt.ref("int_cold_customers").project(judged)),
        lists=dbt.ref("int_ranked_lists"),
        training_rows=dbt.ref("int_training_rows"),
        products=dbt.ref("int_product_texts"),
    )
