"""`recsys similar`: products like one product, and what shares its baskets."""

from dataclasses import asdict
from typing import Annotated

import typer

from recsys.cli.options import DatabaseOption, JsonOption, LengthOption, note_length, open_warehouse
from recsys.cli.output import (
    Column,
    counted,
    print_json,
    print_line,
    print_note,
    print_table,
    score,
)
from recsys.reading.records import Product
from recsys.reading.warehouse import Method


def similar(
    product: Annotated[str, typer.Argument(help="The product's id, as the shop writes it.")],
    method: Annotated[
        Method | None, typer.Option("--method", help="One way only.", show_default=False)
    ] = None,
    k: LengthOption = None,
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Show products similar to one product, and those bought together with it."""
    with open_warehouse(database) as warehouse:
        found = warehouse.product(product)
        alike = warehouse.similar_products(product, method, k).to_pylist()
        together = warehouse.bought_together(product, k).to_pylist()
        most = warehouse.query("select max(rank) as rank from marts.similar_products").to_pylist()
        if k and most[0]["rank"] and k > most[0]["rank"]:
            print_note(
                f"note: the build stores {most[0]['rank']} similar products per method, not {k}"
            )
        note_length(warehouse, "pairs_per_product", "products bought together with one", k)
        run = warehouse.last_run()
        is_nobodys = run is not None and run.customers == 0
    if json:
        print_json(
            {"product": asdict(found), "similar_products": alike, "bought_together": together}
        )
        return
    print_line(_headline(found, ("order", "orders") if is_nobodys else ("customer", "customers")))
    for name in [method] if method else Method:
        print_table(
            f"Similar by {name}",
            [
                Column("#", "number"),
                Column("product", "id"),
                Column("title"),
                Column("category"),
                Column("similarity", "number"),
                Column("why"),
            ],
            [
                (
                    row["rank"],
                    row["similar_product_id"],
                    row["title"],
                    row["category"],
                    score(row["similarity"]),
                    row["reason"],
                )
                for row in alike
                if row["method"] == name
            ],
            empty="nothing similar enough",
        )
    print_table(
        "Bought together",
        [
            Column("#", "number"),
            Column("product", "id"),
            Column("title"),
            Column("baskets", "number"),
            Column("lift", "number"),
            Column("lift at least", "number"),
        ],
        [
            (
                row["rank"],
                row["other_product_id"],
                row["title"],
                row["baskets"],
                row["lift"],
                row["lift_low"],
            )
            for row in together
        ],
        empty="too few baskets share it with anything",
    )


def _headline(product: Product, unit: tuple[str, str]) -> str:
    facts = [f"Product {product.product_id}"]
    facts += [text for text in (product.title, product.category, product.brand) if text]
    if product.customers is not None:
        facts.append(counted(product.customers, *unit))
    if product.is_recommendable is False:
        facts.append(f"not recommended: {product.why_not or 'no reason given'}")
    elif product.why_not:
        facts.append(product.why_not)
    return ", ".join(facts)
