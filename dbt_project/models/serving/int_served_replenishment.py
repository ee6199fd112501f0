def model(dbt, session):
    from recsys.dbt.serving import served_rows

    return served_rows(
        "int_block_replenishment", session=session, blocks=dbt.ref("int_served_blocks")
    )
