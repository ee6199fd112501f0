def model(dbt, session):
    from recsys.dbt.hybrid import hybrid_models

    return hybrid_models(
        folds=dbt.ref("int_folds"),
        features=dbt.ref("int_hybrid_features"),
        settings=dbt.ref("stg_settings"),
        parameters=dbt.config.get("parameters"),
    )
