def model(dbt, session):
    from recsys.dbt.content import similar_products

    return similar_products(
        folds=dbt.ref("int_folds"),
        training_rows=dbt.ref("int_similarity_rows"),
        counting_unit=dbt.ref("int_counting_unit"),
        products=dbt.ref("int_product_texts"),
        unlearned=dbt.ref("int_unlearned_products"),
        settings=dbt.ref("stg_settings"),
    )
