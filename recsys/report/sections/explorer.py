"""The search: one customer's lists, or what is like a product and what is bought with it."""

from __future__ import annotations

from recsys.report import explored, numbers
from recsys.report.blocks import Block, Explorer, Section
from recsys.report.source import Source


def blocks(source: Source) -> list[Block]:
    """Return the search with its data, and what was left out to keep the report small."""
    found = explored.explored(source)
    if not found.products and not found.customers:
        return []
    return [
        Explorer(
            data=found.data,
            customers=_of(found.customers, found.all_customers, "customers"),
            products=_of(found.products, found.all_products, "products"),
            note=_note(found),
        )
    ]


def _of(shown: int, there: int, what: str) -> str:
    if shown == there:
        return f"all {numbers.count(there)} {what}" if there else f"no {what}"
    return f"{numbers.count(shown)} of {numbers.count(there)} {what}"


def _note(found: explored.Explored) -> str:
    said = []
    if found.customers < found.all_customers:
        said.append("Customers are a sample, drawn by lot.")
    if found.products < found.all_products:
        said.append("Products are those that most customers bought.")
    if said:
        said.append("`recsys recommend` and `recsys similar` answer for everyone and everything.")
    return " ".join(said)


SECTION = Section(
    anchor="explorer",
    title="Explorer",
    question="Search a customer or a product, by id or name.",
    needs=("marts.customers", "marts.products", "marts.recommendations", "marts.similar_products"),
    blocks=blocks,
    empty="There are no customers and no products to search.",
)
