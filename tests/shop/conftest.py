"""Opens shops of files that a test writes, without dbt, so that many are cheap."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from recsys.shop import attach_shop, load_shop

CSV = "c,p,t\n00123,x,2024-01-01\né,y,2024-01-02\n"
SHOP = """
name: corner shop
purchases:
  path: {path}
  columns: {{customer_id: {customer}, product_id: p, purchased_at: t}}
"""


@dataclass
class Opened:
    """What arrives of a shop's purchases, and what can't be read."""

    rows: list[tuple[Any, ...]]
    """(file, row number, customer, product, time as text)."""
    unreadable: list[tuple[str, int, str, int, str]]
    """(file, row number, reason, line, text)."""

    @property
    def values(self) -> list[tuple[Any, ...]]:
        return [row[2:] for row in self.rows]

    @property
    def reasons(self) -> list[str]:
        return [reason for _, _, reason, *_ in self.unreadable]


Open = Callable[..., Opened]


@pytest.fixture
def open_shop(tmp_path: Path) -> Open:
    """Return a function that writes files and a shop file, and reads every view made of them."""

    def opened(
        files: Mapping[str, str | bytes],
        *,
        path: str = "p.csv",
        customer: str = "c",
        more: str = "",
        shop: str | None = None,
        columns: str = "customer_id, product_id, purchased_at::varchar",
    ) -> Opened:
        for name, content in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        shop_file = tmp_path / "shop.yml"
        shop_file.write_text(shop or SHOP.format(path=path, customer=customer) + more)
        with duckdb.connect() as connection:
            attach_shop(connection, load_shop(shop_file), {})
            for table in ("ratings", "products", "customers", "settings"):
                connection.execute(f"from recsys_inputs.main.{table}").fetchall()
            rows = connection.execute(
                f"select file, row_number, {columns} "  # noqa: S608
                "from recsys_inputs.main.purchases order by file, row_number"
            ).fetchall()
            bad = connection.execute(
                "select file, row_number, reason, row_json from recsys_inputs.main.unreadable_lines"
                " order by file, row_number"
            ).fetchall()
        told = [(*row[:3], *map(json.loads(row[3]).get, ("line", "text"))) for row in bad]
        return Opened(rows, told)

    return opened
