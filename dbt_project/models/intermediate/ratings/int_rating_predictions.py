def model(dbt, session):
    from recsys.dbt_models import rating_predictions

    return rating_predictions(
        ["svd", "nmf", "knn"],
        training_rows=dbt.ref("int_training_rows"),
        folds=dbt.ref("int_folds"),
        parameters=dbt.config.get("parameters"),
    )
