def model(dbt, session):
    from recsys.dbt.evaluation import list_diversity

    return list_diversity(
        judged_lists=dbt.ref("int_judged_lists"),
        lists=dbt.ref("int_ranked_lists"),
        vectors=dbt.ref("int_text_vectors"),
    )
