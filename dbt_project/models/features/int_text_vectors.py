def model(dbt, session):
    from recsys.dbt.content import text_vectors

    return text_vectors(
        folds=dbt.ref("int_folds"),
        training_rows=dbt.ref("int_training_rows"),
        products=dbt.ref("int_product_texts"),
    )
