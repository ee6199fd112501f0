def model(dbt, session):
    from recsys.dbt.offers import offer_parts

    return offer_parts(
        models=dbt.ref("int_hybrid_models"),
        features=dbt.ref("int_hybrid_features"),
        pairs=dbt.ref("int_served_offers"),
    )
