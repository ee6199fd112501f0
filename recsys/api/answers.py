"""What the API answers by id, field by field; its description at /docs is made of these."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from recsys.reading.warehouse import ListType, Method

POPULAR: Literal["popular"] = "popular"

Fallback = Literal["popular"]


class Ranked(BaseModel):
    """A product with its place."""

    rank: int = Field(
        description="Place in what is stored, 1 is best. Places of products that a filter drops "
        "are missing."
    )


class ProductFacts(BaseModel):
    """What a shop's page shows of a product beside its id."""

    title: str | None
    category: str | None
    brand: str | None
    price: float | None = Field(description="In the shop's currency.")


class Recommendation(ProductFacts, Ranked):
    """One product of a customer's list."""

    list_type: ListType | Fallback = Field(
        description="Which of the customer's lists; `popular` where popular products are the "
        "fallback for a customer who isn't known."
    )
    product_id: str
    score: float | None = Field(description="The recommender's own scale; higher is better.")
    probability: float | None = Field(
        description="Calibrated chance that the customer buys it within the label window, from "
        "the learned hybrid, whoever made the list; null where the hybrid has none."
    )
    recommender: str = Field(description="Who made the list.")
    reason: str | None = Field(description="Why, in a few words.")
    reason_product_id: str | None = Field(description="The product the reason speaks of.")


class SimilarProduct(ProductFacts, Ranked):
    """One product that is like another."""

    method: Method = Field(description="Like by what it is, or by who buys it.")
    similar_product_id: str
    similarity: float | None = Field(description="Higher is more alike, at most 1.")
    reason: str | None = Field(description="What the two have in common.")


class ProductTogether(ProductFacts, Ranked):
    """One product that shares baskets with another, ranked by lift_low."""

    other_product_id: str
    baskets: int = Field(description="Baskets that hold both.")
    support: float | None = Field(description="Share of all baskets that hold both.")
    confidence: float | None = Field(description="Share of this product's baskets with the other.")
    lift: float | None = Field(description="How many times as often as by chance.")
    lift_low: float | None = Field(description="The careful end of the lift's interval.")


class PopularProduct(ProductFacts, Ranked):
    """One product that many customers bought lately."""

    product_id: str
    customers: int = Field(
        description="Customers who bought it lately; orders where purchases name no customers."
    )
    trend: float | None = Field(description="How much faster than before it sells.")


class Suggestion(ProductFacts):
    """One product that goes with a basket."""

    rank: int = Field(description="Place, 1 is best.")
    product_id: str
    score: float = Field(description="Comparable only among suggestions of the same basis.")
    basis: Literal["bought_together", "similar", "popular"] = Field(
        description="The table that it comes from."
    )
    reason: str
    reason_product_id: str | None = Field(description="The product of the basket it goes with.")


class OfBuild(BaseModel):
    """Which build answers."""

    run_id: str | None = Field(description="The build that made what is answered.")
    generated_at: datetime | None = Field(description="When that build began.")


class Stored(BaseModel):
    """What the file holds beside what was asked for."""

    note: str | None = Field(
        description="Says when fewer products are answered than were asked for, and why."
    )


class CustomerLists(Stored):
    """A customer's lists."""

    customer_id: str
    known: bool = Field(description="Whether the build knows the customer.")
    held_out: bool = Field(
        description="Whether the customer is in the control group of an experiment and gets no "
        "lists."
    )
    fallback: Fallback | None = Field(
        description="What stands in for the lists of a customer who isn't known or is held out."
    )
    stored: dict[str, int] = Field(
        description="How many products the file holds per list, before filters and k."
    )
    recommendations: list[Recommendation]


class CustomerAnswer(CustomerLists, OfBuild):
    """A customer's lists, and the build that made them."""


class CustomersAnswer(OfBuild):
    """The lists of many customers, in the order in which they were asked for."""

    unknown: int = Field(description="How many of the customers the build doesn't know.")
    results: list[CustomerLists]


class SimilarAnswer(Stored, OfBuild):
    """The products most like one product."""

    product_id: str
    stored: dict[str, int] = Field(description="How many products the file holds per method.")
    similar: list[SimilarProduct]


class TogetherAnswer(Stored, OfBuild):
    """The products that share baskets with one product."""

    product_id: str
    stored: dict[str, int] = Field(description="How many products the file holds, as `all`.")
    bought_together: list[ProductTogether]


class PopularAnswer(Stored, OfBuild):
    """What most customers bought lately."""

    stored: dict[str, int] = Field(description="How many products the file holds, as `all`.")
    popular: list[PopularProduct]


class BasketAnswer(Stored, OfBuild):
    """What goes with a basket."""

    unknown_product_ids: list[str] = Field(description="Products of the basket nobody knows.")
    fallback: Fallback | None = Field(
        description="`popular` where nothing goes with the basket and popular products stand in."
    )
    recommendations: list[Suggestion]


class ProductAnswer(ProductFacts, OfBuild):
    """One product."""

    product_id: str
    is_recommendable: bool
    why_not: str | None = Field(
        description="Why it is never recommended, or why it is in no list although it may be; null "
        "if it is in some customer's list."
    )


class NamedProduct(BaseModel):
    """A product with its title."""

    product_id: str
    title: str | None


class WhyInList(BaseModel):
    """A product in one list of a customer; null where nothing is known."""

    list_type: ListType
    rank: int | None = Field(description="Place in the list; null where it isn't listed.")
    listed: int = Field(description="Products that the list has.")
    answer: str = Field(description="Why it is listed or not, in a sentence.")
    reason: str | None = Field(description="What the customer is told of a listed product.")
    recommender: str | None = Field(description="Who made the list.")
    candidate_rank: int | None = Field(
        description="Place among the list's candidates before re-ranking; null where the "
        "customer isn't audited."
    )
    dropped_by: str | None = Field(
        description="The setting that left it out, or `list_length` where others come first."
    )
    in_its_place: NamedProduct | None = Field(description="What stands in its place.")


class WhyAnswer(OfBuild):
    """Why a customer's lists hold a product, or why they don't."""

    customer_id: str
    product_id: str
    title: str | None
    counted_as: str | None = Field(
        description="The product that this one counts as, whose places these are."
    )
    is_recommendable: bool
    why_not: str | None = Field(description="Why it is in no list of any customer.")
    orders: int = Field(description="Orders in which the customer bought it.")
    last_bought_on: date | None = Field(description="By the shop's clock.")
    rating: float | None = Field(description="That the customer gave.")
    probability: float | None = Field(
        description="That the customer buys it within the label window, where it is known."
    )
    recommender_ranks: dict[str, int] = Field(
        description="Each recommender that proposes it, with its place there. Empty where the "
        "customer isn't audited."
    )
    moved_by: list[str] = Field(
        description="What moved the probability most: feature, value and factor on the odds. "
        "Empty where the customer isn't audited."
    )
    is_audited: bool = Field(
        description="Whether the build kept all candidates of the customer: the settings "
        "audit_customers and audit_customer_ids say whose."
    )
    lists: list[WhyInList]
    note: str | None = Field(description="How to learn what isn't known.")


class ProductHit(ProductFacts):
    """A product that a search finds."""

    product_id: str


class CustomerHit(BaseModel):
    """A customer that a search finds."""

    customer_id: str
    segment: str | None
    orders: int | None


class Problem(BaseModel):
    """What went wrong, and what to do."""

    detail: str
