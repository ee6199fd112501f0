def model(dbt, session):
    from recsys.dbt.content import new_product_lists

    return new_product_lists(
        training_rows=dbt.ref("int_training_rows"),
        customers=dbt.ref("int_fold_customers"),
        settings=dbt.ref("stg_settings"),
        products=dbt.ref("int_product_texts"),
        new_products=dbt.ref("int_new_products"),
        session=session,
    )
