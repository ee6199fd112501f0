def model(dbt, session):
    from recsys.dbt.models import candidates

    return candidates(
        "nmf",
        training_rows=dbt.ref("int_training_rows"),
        customers=dbt.ref("int_fold_customers"),
        serving=dbt.ref("int_serving_interactions"),
        session=session,
        settings=dbt.ref("stg_settings"),
        tuned=dbt.ref("int_tuned_parameters"),
        parameters=dbt.config.get("parameters"),
    )
