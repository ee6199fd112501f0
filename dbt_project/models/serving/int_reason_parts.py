def model(dbt, session):
    from recsys.dbt.reasons import reason_parts

    return reason_parts(
        links=dbt.ref("int_reason_links"),
        training_rows=dbt.ref("int_training_rows"),
        session=session,
    )
