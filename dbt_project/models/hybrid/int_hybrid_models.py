def model(dbt, session):
    from recsys.dbt.hybrid import hybrid_models

    dbt.ref("int_hybrid_tuning_run")  # what it found is used
    return hybrid_models(
        folds=dbt.ref("int_folds"),
        training_folds=dbt.ref("int_training_folds"),
        features=dbt.ref("int_hybrid_features"),
        calendars=dbt.ref("int_promotion_calendars").project("fold, knows_past, knows_next"),
        settings=dbt.ref("stg_settings"),
        tuned=dbt.ref("int_tuned_parameters"),
        parameters=dbt.config.get("parameters"),
    )
