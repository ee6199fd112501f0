def model(dbt, session):
    from recsys.dbt.serving import served_rows

    return served_rows("int_block_placements", session=session, blocks=dbt.ref("int_served_blocks"))
