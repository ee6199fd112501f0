def model(dbt, session):
    from recsys.dbt.tuning import hybrid_tuning_run

    return hybrid_tuning_run(
        folds=dbt.ref("int_tuning_folds"),
        features=dbt.ref("int_hybrid_features"),
        settings=dbt.ref("stg_settings"),
        session=session,
    )
