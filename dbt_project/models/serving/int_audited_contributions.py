def model(dbt, session):
    from recsys.dbt.audit import moved_by_of_pairs

    return moved_by_of_pairs(
        models=dbt.ref("int_hybrid_models"),
        features=dbt.ref("int_hybrid_features"),
        pairs=dbt.ref("int_audited_candidates"),
    )
