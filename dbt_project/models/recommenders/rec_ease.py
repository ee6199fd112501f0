def model(dbt, session):
    from recsys.dbt_models import candidates

    # a catalogue too large for one matrix must not fail the build
    defaults = {"beyond_max": "most_popular"}

    return candidates(
        "ease",
        training_rows=dbt.ref("int_training_rows"),
        customers=dbt.ref("int_fold_customers"),
        settings=dbt.ref("stg_settings"),
        parameters=defaults | (dbt.config.get("parameters") or {}),
    )
