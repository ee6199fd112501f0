"""Which column a name speaks for: rules over the senses of its words."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.draft.words import Name, system_names


@dataclass(frozen=True)
class Rule:
    """A name with these senses is such a column, with so much certainty from 0 to 1."""

    kind: str
    needs: frozenset[str]
    score: float
    allows: frozenset[str]
    """Senses that may stand beside and change nothing."""


def _rule(kind: str, needs: str, score: float, allows: str = "") -> Rule:
    return Rule(kind, frozenset(needs.split()), score, frozenset(allows.split()))


ID_BESIDE = "id person aggregate"
SOLD_BESIDE = "product order line sale bought_time customer"
MONEY_BESIDE = "product order line bought_time currency id"

RULES = (
    _rule("customer_id", "customer id", 1.0, "person order"),
    _rule("customer_id", "customer", 0.75, "person"),
    _rule("customer_id", "customer card", 0.95, "id"),
    _rule("customer_id", "demographic card", 0.8, "id"),
    _rule("customer_id", "card id", 0.5),
    _rule("customer_id", "card", 0.4),
    _rule("customer_id", "email", 0.45, "customer order contact"),
    _rule("customer_id", "demographic id", 0.5),
    _rule("product_id", "product id", 1.0, "line order"),
    _rule("product_id", "product_code", 0.95, "product id line order"),
    _rule("product_id", "product", 0.65, "line"),
    _rule("order_id", "order id", 1.0, "store"),
    _rule("order_id", "order", 0.75),
    _rule("order_id", "name", 0.4),
    _rule("order_id", "session id", 0.35),
    _rule("order_id", "session", 0.3),
    _rule("purchased_at", "time order", 1.0, "created"),
    _rule("purchased_at", "time bought_time", 1.0, "order"),
    _rule("purchased_at", "bought_time", 0.75),
    _rule("purchased_at", "time", 0.85, "id"),
    _rule("purchased_at", "time status", 0.85),
    _rule("purchased_at", "time event", 0.85),
    _rule("purchased_at", "time created", 0.75),
    _rule("purchased_at", "created", 0.65),
    _rule("purchased_at", "time updated", 0.4, "order"),
    _rule("purchased_at", "time delivery", 0.3, "order"),
    _rule("purchased_at", "time shipping", 0.3, "order"),
    _rule("rated_at", "time review", 1.0, "rating created"),
    _rule("rated_at", "time rating", 1.0, "created"),
    _rule("rated_at", "time", 0.85, "id"),
    _rule("rated_at", "time created", 0.75),
    _rule("rated_at", "created", 0.65),
    _rule("rated_at", "like", 0.65, "time created"),
    _rule("rated_at", "time updated", 0.5, "review rating"),
    _rule("quantity", "quantity", 1.0, SOLD_BESIDE + " unit"),
    _rule("quantity", "amount quantity", 0.6),
    _rule("stock", "stock_level", 0.9, "quantity product available id aggregate"),
    _rule("stock", "quantity", 0.45),
    _rule("stock", "stocked", 0.8, "product available"),
    _rule("stock", "availability quantity", 0.9, "product"),
    _rule("unit_price", "price unit", 1.0, MONEY_BESIDE),
    _rule("unit_price", "price", 0.9, MONEY_BESIDE),
    _rule("unit_price", "amount unit", 0.8, MONEY_BESIDE),
    _rule("amount", "amount line", 1.0, "total order product"),
    _rule("amount", "total line", 1.0, "amount price order product"),
    _rule("amount", "amount price", 0.8, "total"),
    _rule("amount", "total price", 0.9, "line"),
    _rule("amount", "amount", 0.8, "total product bought_time"),
    _rule("amount", "total", 0.6),
    _rule("amount", "order total", 0.35, "amount"),
    _rule("amount", "order amount", 0.45),
    _rule("price", "price", 0.95, "unit product currency line"),
    _rule("currency", "currency", 1.0, "id order"),
    _rule("rating", "rating", 0.95, "product review customer amount"),
    _rule("rating", "review", 0.2, "amount"),
    _rule("rating", "like", 0.6, "product customer"),
    _rule("rating", "reaction", 0.6, "product customer review"),
    _rule("title", "product name", 1.0, "line title"),
    _rule("title", "product title", 1.0, "line name"),
    _rule("title", "title", 0.95, "line"),
    _rule("title", "name", 0.75),
    _rule("title", "product text", 0.75, "line"),
    _rule("title", "text", 0.6),
    _rule("title", "product", 0.55, "line"),
    _rule("description", "text", 0.95, "product id"),
    _rule("description", "text product", 0.95),
    _rule("department", "department", 1.0, "name product"),
    _rule("department", "category main", 0.8, "name product"),
    _rule("category", "category", 0.95, "name product type"),
    _rule("category", "category group", 0.95, "name product"),
    _rule("category", "product group", 0.85, "name"),
    _rule("category", "product type", 0.8, "name"),
    _rule("category", "group", 0.5),
    _rule("category", "type", 0.4),
    _rule("category", "category main", 0.85, "name product"),
    _rule("category", "department", 0.6, "name product"),
    _rule("category", "category id", 0.45, "product"),
    _rule("subcategory", "sub", 0.9, "name product category group"),
    _rule("subcategory", "category sub", 1.0, "name product"),
    _rule("subcategory", "product type", 0.75, "name"),
    _rule("brand", "brand", 0.95, "name product title"),
    _rule("size", "size", 0.9, "product unit"),
    _rule("available", "stocked", 0.75, "product"),
    _rule("available", "availability", 0.95, "product status"),
    _rule("recommend_as", "parent", 0.9, "product product_code id"),
    _rule("merged_into", "merged", 0.95, "customer id"),
    _rule("merged_into", "main customer", 0.9, "id"),
    _rule("merged_into", "parent customer", 0.9, "id"),
    _rule("is_return", "return", 0.8, "order line product status"),
    _rule("undone_units", "return quantity", 0.95, SOLD_BESIDE + " total unit"),
    _rule("undone_units", "cancelled quantity", 0.95, SOLD_BESIDE + " total unit"),
    _rule("undone_money", "return amount", 0.95, MONEY_BESIDE + " total price tax"),
    _rule("undone_money", "return total", 0.95, MONEY_BESIDE + " amount price tax"),
    _rule("undone_money", "return price", 0.95, MONEY_BESIDE + " total amount tax"),
    _rule("verified", "verified", 0.9, "order customer review"),
    _rule("line", "line id", 0.9, "order product"),
    _rule("demographic", "demographic", 0.9, "customer group id type unit place"),
    _rule("place", "place", 0.9, "customer id name order"),
    _rule("person", "person", 0.9, "name customer"),
    _rule("person", "customer name", 0.95, "person"),
    _rule("contact", "contact", 0.9, "customer id order"),
    _rule("contact", "email", 0.9, "customer order contact"),
    _rule("address", "address", 0.9, "customer order place shipping"),
)

CLEAR = 0.8
"""From here on the words alone say it, whatever system uses them."""
UNKNOWN_WORD = 0.12
"""Certainty that a word nobody knows takes away, twice at most."""
FOREIGN_SENSE = 0.45
"""Certainty that a word of another meaning takes away: ship date, discount price."""


def kinds_by_name(name: Name) -> dict[str, tuple[float, str]]:
    """Return the kinds a name speaks for, with certainty and what it is that speaks.

    >>> from recsys.draft.words import parse_name
    >>> max(kinds_by_name(parse_name("Kundennummer")).items(), key=lambda item: item[1])
    ('customer_id', (1.0, 'kunden nummer'))

    """
    found: dict[str, tuple[float, str]] = {}
    if name.text in system_names():
        kind, system = system_names()[name.text]
        if kind == "email":
            return {"contact": (1.0, system), "customer_id": (0.5, system)}
        if kind == "price":
            found["unit_price"] = (0.8, f"a name of {system}")
        elif kind == "purchased_at":
            found["rated_at"] = (0.7, f"a name of {system}")
        found[kind] = (1.0, f"a name of {system}")
        plain = max((_score(rule, name) for rule in RULES if rule.kind == kind), default=0.0)
        return {**found, kind: (1.0, name.text)} if plain >= CLEAR else found
    for rule in RULES:
        score = _score(rule, name)
        if score > max(0.15, found.get(rule.kind, (0.0, ""))[0]):
            found[rule.kind] = (score, name.text)
    return found


def _score(rule: Rule, name: Name) -> float:
    spoken = [senses & rule.needs for senses in name.senses]
    if frozenset().union(*spoken) != rule.needs:
        return 0.0
    unknown = foreign = 0
    for senses, needed in zip(name.senses, spoken, strict=True):
        if needed or senses & rule.allows:
            continue
        if senses:
            foreign += 1
        else:
            unknown += 1
    return rule.score - UNKNOWN_WORD * min(unknown, 2) - FOREIGN_SENSE * foreign
