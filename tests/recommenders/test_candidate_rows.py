"""Candidates become rows of the candidates table."""

import pyarrow as pa

from recsys.recommenders.candidate_rows import KEYED_SCHEMA, keyed_batches


def test_candidates_of_keys_come_with_their_ranks():
    """Ranks start anew with each customer, and with what isn't new to one."""
    table = pa.table(
        {
            "customer_id": pa.array([1, 1, 1, 2, 2], pa.int32()),
            "product_id": pa.array([5, 6, 7, 5, 6], pa.int32()),
            "score": [0.9, 0.8, 0.95, 0.5, 0.4],
            "is_new": [True, True, False, False, False],
        }
    )
    [batch] = keyed_batches("f", table)
    assert batch.schema.equals(KEYED_SCHEMA)
    assert batch["rank_in_group"].to_pylist() == [1, 2, 1, 1, 2]
    assert sum(len(rows) for rows in keyed_batches("f", table.slice(0, 0))) == 0
