"""`recsys recommend`: what one customer is recommended, and why."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from recsys.cli.options import DatabaseOption, JsonOption, LengthOption, note_length, open_warehouse
from recsys.cli.output import (
    Column,
    counted,
    print_json,
    print_line,
    print_table,
    score,
    shown,
)
from recsys.reading.records import Customer
from recsys.reading.warehouse import CONTROL, ListType

RECENT = 5
HELD_OUT = (
    "No lists: this customer is in the control group of the experiment (setting control_share). "
    "marts.uplift shows what the lists of the others bring"
)


def recommend(
    customer: Annotated[str, typer.Argument(help="The customer's id, as the shop writes it.")],
    list_type: Annotated[
        ListType | None, typer.Option("--list", help="One list only.", show_default=False)
    ] = None,
    k: LengthOption = None,
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Show a customer's RFM segment, purchases and lists. For ids like -5: recommend -- -5."""
    with open_warehouse(database) as warehouse:
        found = warehouse.customer(customer)
        recent = warehouse.recent_purchases(customer, RECENT).to_pylist()
        rows = warehouse.recommendations(customer, list_type, k).to_pylist()
        note_length(warehouse, "list_length", "products per list", k)
        arm = warehouse.arm(customer)
    if json:
        print_json(
            {
                "customer": asdict(found),
                "arm": arm,
                "recent_purchases": recent,
                "recommendations": rows,
            }
        )
        return
    print_line(_headline(found))
    print_table(
        "Recently bought",
        [Column("product", "id"), Column("title"), Column("category"), Column("last", "id")],
        [
            (row["product_id"], row["title"], row["category"], row["last_purchased_at"])
            for row in recent
        ],
        empty="nothing",
    )
    if arm == CONTROL:
        print_line(HELD_OUT)
        return
    lists: dict[str, list[dict[str, Any]]] = {
        name: [row for row in rows if row["list_type"] == name] for name in ListType
    }
    is_same = _products(lists["next_basket"]) == _products(lists["buy_again"]) != []
    for name in [list_type] if list_type else ListType:
        # nothing new to the customer comes before what was bought before
        beside = ", the same as buy_again" if is_same and name == "next_basket" else ""
        _print_list(name, lists[name], beside)


def _products(rows: list[dict[str, Any]]) -> list[str]:
    return [row["product_id"] for row in rows]


def _headline(customer: Customer) -> str:
    facts = [f"Customer {customer.customer_id}"]
    if customer.segment:
        facts.append(customer.segment)
    if customer.orders is not None:
        facts.append(counted(customer.orders, "order", "orders"))
    if customer.spend is not None:
        facts.append(f"spent {customer.spend:,.2f}")
    if customer.last_purchase_at is not None:
        facts.append(f"last purchase {shown(customer.last_purchase_at)}")
    return ", ".join(facts)


def _print_list(name: str, rows: list[dict[str, Any]], beside: str) -> None:
    makers = sorted({row["recommender"] for row in rows})
    likely = any(row["probability"] is not None for row in rows)
    print_table(
        f"{name} (by {', '.join(makers)}){beside}" if makers else name,
        [
            Column("#", "number"),
            Column("product", "id"),
            Column("title"),
            Column("probability" if likely else "score", "number"),
            Column("reason"),
        ],
        [
            (
                row["rank"],
                row["product_id"],
                row["title"],
                score(row["probability"] if likely else row["score"]),
                row["reason"],
            )
            for row in rows
        ],
        empty="no product qualifies",
    )
