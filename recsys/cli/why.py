"""`recsys why`: why a customer's lists hold a product, or why they don't."""

from dataclasses import asdict
from typing import Annotated

import typer

from recsys.cli.options import DatabaseOption, JsonOption, open_warehouse
from recsys.cli.output import Column, counted, print_json, print_line, print_table, score, shown
from recsys.reading.warehouse import ListType
from recsys.reading.why import Why, WhyInList
from recsys.reading.why import why as ask


def why(
    customer: Annotated[str, typer.Argument(help="The customer's id, as the shop writes it.")],
    product: Annotated[str, typer.Argument(help="The product's id, as the shop writes it.")],
    list_type: Annotated[
        ListType | None, typer.Option("--list", help="One list only.", show_default=False)
    ] = None,
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Show why a customer's lists hold a product, or what keeps it out of them.

    For ids like -5: recsys why -- -5 P1.
    """
    with open_warehouse(database) as warehouse:
        found = ask(warehouse, customer, product, list_type)
    if json:
        print_json(asdict(found))
        return
    print_line(_headline(found))
    print_line(_history(found))
    if found.is_recommendable and found.why_not:
        print_line(f"It is {found.why_not}.")
    print_table(
        "Lists",
        [Column("list"), Column("place", "number"), Column("candidate", "number"), Column("why")],
        [(one.list_type, one.rank, one.candidate_rank, _answer(one)) for one in found.lists],
        empty="no lists",
    )
    if found.recommender_ranks:
        print_table(
            "Who proposes it",
            [Column("recommender"), Column("place", "number")],
            list(found.recommender_ranks.items()),
            empty="nobody",
        )
    if found.moved_by:
        print_table(
            "What moved its probability most",
            [Column("feature, its value and the factor on the odds")],
            [(text,) for text in found.moved_by],
            empty="nothing",
        )
    if found.note:
        print_line("")
        print_line(found.note)


def _headline(found: Why) -> str:
    named = " ".join(text for text in (found.product_id, found.title) if text)
    facts = [f"Customer {found.customer_id}", f"product {named}"]
    if found.counted_as:
        facts.append(f"counted as product {found.counted_as}")
    if found.probability is not None:
        facts.append(f"probability {score(found.probability, 4)}")
    return ", ".join(facts)


def _history(found: Why) -> str:
    said = []
    if found.orders:
        last = f", last on {shown(found.last_bought_on)}" if found.last_bought_on else ""
        said.append(f"Bought in {counted(found.orders, 'order', 'orders')}{last}")
    if found.rating is not None:
        said.append(f"Rated {found.rating:g}")
    return ". ".join(said or ["Never bought"]) + "."


def _answer(one: WhyInList) -> str:
    said = [one.answer]
    if one.reason:
        said.append(one.reason.rstrip(".") + ".")
    if one.in_its_place:
        named = one.in_its_place.title or one.in_its_place.product_id
        said.append(f"In its place stands {named} ({one.in_its_place.product_id}).")
    return " ".join(said)
