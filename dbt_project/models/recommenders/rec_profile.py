def model(dbt, session):
    from recsys.dbt.preferences import profile_lists

    return profile_lists(
        probabilities=dbt.ref("int_category_probabilities"),
        category_products=dbt.ref("int_category_products"),
        training_rows=dbt.ref("int_training_rows"),
        settings=dbt.ref("stg_settings"),
    )
