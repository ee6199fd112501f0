"""What is said of products beside their ids, kept in memory for programs that ask often."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import NamedTuple

from recsys.reading.prepared import Prepared

MOST_PRODUCTS = 200_000
"""So many products' facts are kept in memory, some 100 MB; those of others are read each time."""


class Facts(NamedTuple):
    """What a list says of a product, and what decides whether it may stand there."""

    title: str | None = None
    category: str | None = None
    brand: str | None = None
    price: float | None = None
    is_recommendable: bool | None = None
    why_not: str | None = None
    """Why the product isn't recommended, or is in no list; null for one that is in one."""
    recommend_as: str | None = None
    """The product that this one counts as."""


NOTHING = Facts()
_COLUMNS = ", ".join(("product_id", *Facts._fields))
_CATALOGUE = (
    f"select {_COLUMNS} from marts.products "  # noqa: S608 - names of this module
    f"where is_recommendable order by customers desc limit {MOST_PRODUCTS}"
)


class ProductFacts:
    """The facts of one build's products; threads may share it."""

    def __init__(self) -> None:
        self._kept: dict[str, Facts] = {}
        self._lock = threading.Lock()

    def of(self, prepared: Prepared, product_ids: Iterable[str]) -> dict[str, Facts]:
        """Return the facts of those of the products that exist."""
        with self._lock:
            if not self._kept:  # what may be recommended is what will be asked for
                self._kept.update(_by_id(prepared.rows_once(_CATALOGUE)))
        wanted = set(product_ids)
        facts = {one: self._kept[one] for one in wanted & self._kept.keys()}
        if missing := list(wanted - facts.keys()):
            places = ", ".join(f"${at}" for at in range(1, len(missing) + 1))
            sql = f"select {_COLUMNS} from marts.products where product_id in ({places})"  # noqa: S608
            read = _by_id(prepared.rows_once(sql, missing))
            facts |= read
            if len(self._kept) < MOST_PRODUCTS:
                self._kept |= read
        return facts


def _by_id(rows: Iterable[tuple[object, ...]]) -> dict[str, Facts]:
    return {str(row[0]): Facts(*row[1:]) for row in rows}  # type: ignore[arg-type]
