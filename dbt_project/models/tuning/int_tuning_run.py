def model(dbt, session):
    from recsys.dbt.tuning import tuning_run

    return tuning_run(
        folds=dbt.ref("int_tuning_folds"),
        targets=dbt.ref("int_tuning_targets"),
        list_types=dbt.ref("int_list_types"),
        training_rows=dbt.ref("int_training_rows"),
        texts=dbt.ref("int_product_texts"),
        settings=dbt.ref("stg_settings"),
        session=session,
    )
