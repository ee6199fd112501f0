"""What the last build changed, as the built file itself tells it."""

from __future__ import annotations

from typing import Any

from recsys.reading.ranked_tables import ListType
from recsys.reading.records import Run
from recsys.reading.reports import Reports

NEEDED = ("champions_history", "list_changes")
COUNTED = ("as_of", "purchases", "customers", "products")


def changes_since_run_before(file: Reports) -> dict[str, Any] | None:
    """Return how the last completed run differs from the one before it.

    Returns
    -------
    dict
        previous_run_id; counts, by name the value before and now, each None where its run doesn't
        say; champions, a row for each list with recommender, recommender_before (None where it
        isn't known) and serves_since; lists, rows of `marts.list_changes`. None where there is no
        run before, or an earlier version built the file.

    """
    runs = file.run_history(2)
    if len(runs) < 2 or not set(NEEDED) <= set(file.tables()):
        return None
    now, before = runs
    champions = file.query(
        """
        select
            now.list_type, now.recommender, was.recommender as recommender_before,
            now.serves_since
        from marts.champions_history as now
        left join marts.champions_history as was
            on now.list_type = was.list_type and was.run_id = $before
        where now.run_id = $now
        order by list_position($list_types, now.list_type)
        """,
        now=now.run_id,
        before=before.run_id,
        list_types=list(ListType),
    ).to_pylist()
    lists = file.query(
        """
        select * exclude (run_id)
        from marts.list_changes
        where run_id = $now
        order by list_position($list_types, list_type)
        """,
        now=now.run_id,
        list_types=list(ListType),
    ).to_pylist()
    return {
        "previous_run_id": before.run_id,
        "counts": {name: _both(before, now, name) for name in COUNTED},
        "champions": champions,
        "lists": lists,
    }


def _both(before: Run, now: Run, name: str) -> list[Any]:
    return [getattr(before, name), getattr(now, name)]
