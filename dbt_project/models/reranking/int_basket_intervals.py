def model(dbt, session):
    from recsys.dbt.evaluation import basket_intervals

    return basket_intervals(
        metrics=dbt.ref("int_basket_metrics"),
        segments=dbt.ref("int_customer_segments"),
        settings=dbt.ref("stg_settings"),
    )
