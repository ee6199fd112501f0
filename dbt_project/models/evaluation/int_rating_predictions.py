def model(dbt, session):
    from recsys.dbt.rating_predictions import rating_predictions

    return rating_predictions(
        training_rows=dbt.ref("int_training_rows"),
        held_out_ratings=dbt.ref("int_held_out_ratings"),
        folds=dbt.ref("int_folds"),
        settings=dbt.ref("stg_settings"),
        tuned=dbt.ref("int_tuned_parameters"),
        parameters=dbt.config.get("parameters"),
    )
