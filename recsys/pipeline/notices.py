"""What happened in a build that somebody may want to be told: one notice per event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from recsys.pipeline.drift_found import Drift, in_words
from recsys.shop.notifications import Event
from recsys.storage.connections import connect


@dataclass(frozen=True)
class Notice:
    """An event, one sentence that says it, and its details as JSON takes them."""

    event: Event
    text: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Champion:
    """Who serves a list, and its metric on the last judged fold; None where none was judged."""

    list_type: str
    recommender: str
    metric: str
    k: int
    value: float | None
    ci_low: float | None
    ci_high: float | None
    why: str


def champions_of(database: Path) -> dict[str, Champion]:
    """Read who serves which list of a database; nothing where there is no build."""
    if not database.is_file():
        return {}
    try:
        with connect(database, read_only=True) as connection:
            rows = connection.execute(
                """
                select
                    champions.list_type, champions.recommender, champions.metric, champions.k,
                    champions.value, metrics.ci_low, metrics.ci_high, champions.why
                from marts.champions as champions
                left join (
                    from marts.model_metrics where segment_type = 'all'
                    qualify fold = max(fold) over ()
                ) as metrics
                    on
                        champions.list_type = metrics.list_type
                        and champions.recommender = metrics.recommender
                        and champions.metric = metrics.metric
                        and champions.k = metrics.k
                order by champions.list_type
                """
            ).fetchall()
    except duckdb.Error:
        return {}
    return {row[0]: Champion(*row) for row in rows}


def notices_of(
    before: Mapping[str, Champion], now: Mapping[str, Champion], drift: Drift
) -> list[Notice]:
    """Return what a build that succeeded has to tell, beside that it did.

    Parameters
    ----------
    before, now
        Champions by list, of the build before and of this one.
    drift
        How this one deviates from earlier ones.

    """
    notices = []
    if drift.alarms:
        alarms = [asdict(one) for one in drift.alarms]
        watched = [asdict(one) for one in drift.watched]
        details = {"alarms": alarms, "watched": watched}
        notices.append(Notice("drift", f"Drift: {in_words(drift)}", details))
    both = [(before[name], champion) for name, champion in now.items() if name in before]
    changed = [(old, new) for old, new in both if old.recommender != new.recommender]
    if changed:
        said = [f"{n.list_type}: {n.recommender} in place of {o.recommender}" for o, n in changed]
        notices.append(
            Notice("champion_changed", "; ".join(said), {"changes": [_change(*c) for c in changed]})
        )
    fell = [(old, new) for old, new in both if _fell(old, new)]
    if fell:
        said = [
            f"{new.metric}@{new.k} of {new.list_type} fell from {old.value:.4f} to {new.value:.4f}"
            for old, new in fell
        ]
        notices.append(
            Notice("quality_fell", "; ".join(said), {"changes": [_change(*c) for c in fell]})
        )
    return notices


def _fell(old: Champion, new: Champion) -> bool:
    """Tell whether the interval of the new metric lies below the old one."""
    is_same_metric = (old.metric, old.k) == (new.metric, new.k)
    if not is_same_metric or old.value is None or new.ci_high is None:
        return False
    return new.ci_high < old.value


def _change(old: Champion, new: Champion) -> dict[str, Any]:
    return {
        "list_type": new.list_type,
        "recommender_before": old.recommender,
        "recommender": new.recommender,
        "metric": f"{new.metric}@{new.k}",
        "value_before": old.value,
        "value": new.value,
        "ci_low": new.ci_low,
        "ci_high": new.ci_high,
        "why": new.why,
    }
