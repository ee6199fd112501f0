def model(dbt, session):
    from recsys.dbt.models import candidates
    from recsys.settings.content import content_parameters

    return candidates(
        "content",
        training_rows=dbt.ref("int_training_rows"),
        customers=dbt.ref("int_fold_customers"),
        serving=dbt.ref("int_serving_interactions"),
        session=session,
        settings=dbt.ref("stg_settings"),
        products=dbt.ref("int_product_texts"),
        tuned=dbt.ref("int_tuned_parameters"),
        parameters=content_parameters(dbt.ref("stg_settings"), dbt.config.get("parameters")),
    )
