def model(dbt, session):
    from recsys.dbt.evaluation import metric_intervals

    return metric_intervals(
        metrics=dbt.ref("int_judged_metrics"),
        segments=dbt.ref("int_customer_segments"),
        baselines=dbt.ref("int_baselines"),
        settings=dbt.ref("stg_settings"),
    )
