def model(dbt, session):
    from recsys.dbt_evaluation import list_diversity

    return list_diversity(
        folds=dbt.ref("int_folds"),
        customers=dbt.ref("int_fold_customers"),
        lists=dbt.ref("int_ranked_lists"),
        training_rows=dbt.ref("int_training_rows"),
        products=dbt.ref("int_product_texts"),
    )
