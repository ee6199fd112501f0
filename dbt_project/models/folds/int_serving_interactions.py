def model(dbt, session):
    from recsys.dbt.serving_interactions import serving_interactions

    return serving_interactions(training_rows=dbt.ref("int_training_rows"), session=session)
