def model(dbt, session):
    from recsys.dbt.preferences import metric_intervals

    return metric_intervals(
        predictions=dbt.ref("int_preference_predictions"), settings=dbt.ref("stg_settings")
    )
