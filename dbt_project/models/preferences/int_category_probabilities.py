def model(dbt, session):
    from recsys.dbt.preferences import category_probabilities

    return category_probabilities(
        folds=dbt.ref("int_folds"),
        training_folds=dbt.ref("int_training_folds"),
        features=dbt.ref("int_preference_features"),
        attributes=dbt.ref("int_customer_attributes"),
        session=session,
    )
