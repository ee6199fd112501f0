def model(dbt, session):
    from recsys.dbt.hybrid import hybrid_scores

    return hybrid_scores(
        models=dbt.ref("int_hybrid_models"),
        features=dbt.ref("int_hybrid_features"),
    )
