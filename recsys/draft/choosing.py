"""Choose the columns of a table one after the other, and note the alternatives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import MISSING, DraftColumn
from recsys.draft.guesses import SURE, Guess, guess, ranked
from recsys.draft.money import OFF_THE_LINE
from recsys.draft.profiling import FileProfile
from recsys.draft.unknown_nouns import is_line_id
from recsys.draft.value_fit import fit
from recsys.storage.names import quoted

TARGETS = {
    "purchases": (
        *("product_id", "purchased_at", "customer_id", "order_id", "quantity"),
        *("unit_price", "amount", "currency", "is_return", "store_id", "channel", "discount"),
    ),
    "ratings": ("rating", "customer_id", "product_id", "rated_at"),
    "products": ("product_id", "cost", "margin", "price", "stock", "available"),
    "customers": ("customer_id",),
    "stores": ("store_id", "region"),
    "promotions": (
        *("product_id", "store_id", "starts", "ends", "week", "kind", "discount", "planned_at"),
    ),
    "assortment": ("product_id", "store_id", "starts", "ends"),
    "exposures": ("shown_at", "clicked_at", "customer_id", "product_id"),
}
"""In the order in which they choose."""
SHARES = {"promotions": {"discount": "discount_share"}}
"""Kinds of columns that are called otherwise in a table."""
DESCRIPTION = ("title", "category", "department", "subcategory", "brand", "size", "description")
ORDER = (
    *("customer_id", "product_id", "order_id", "purchased_at", "rated_at", "rating", "quantity"),
    *("unit_price", "amount", "currency", "is_return", "store_id", "channel", "starts", "ends"),
    *("week", "kind", "discount", "planned_at", "region", "title", "department", "category"),
    *("subcategory", "brand", "size", "description", "recommend_as", "price", "cost", "margin"),
    *("stock", "available", "list_type", "shown_at", "clicked_at"),
)
"""In the order in which they are written."""
REQUIRED = {
    "purchases": ("customer_id", "product_id", "purchased_at"),
    "ratings": ("customer_id", "product_id", "rating"),
    "products": ("product_id",),
    "customers": ("customer_id",),
    "stores": ("store_id",),
    "promotions": ("product_id",),
    "assortment": ("product_id",),
    "exposures": ("customer_id", "product_id", "shown_at"),
}
LEAST = {
    **{"quantity": 0.5, "unit_price": 0.45, "amount": 0.3, "is_return": 0.7, "order_id": 0.3},
    **{"store_id": 0.7, "channel": 0.7, "discount": 0.7},
}
LEAST_DEFAULT = 0.4
LEAST_REQUIRED = 0.25
NO_PRICE = {"discount", "tax", "shipping", "delivery", "cost", "return", "cancelled", "total"}
"""Senses of names of money that is no product's price."""
RATHER = {
    *("person", "contact", "address", "place", "line", "demographic", "verified"),
    *("undone_units", "undone_money"),
}
"""Kinds that no target has: a name that fits one of them better isn't used for a target."""
NEVER_DOUBTED = {"description"}
"""Targets for which a second candidate is no reason to ask: texts beside the description."""
NOT_WHEN_BOUGHT = {"birth", "span", "delivery", "shipping", "return", "cancelled"}
"""Senses of names of times that don't belong to the purchase."""
WORDY = 0.5
"""Share of values with blanks from which on a product's column rather has names."""
FITTING = 0.8
ALIKE = 0.02
"""Codes and names belong together if the numbers of their values differ by at most this share."""
SWAPPED = (
    "the first id was taken for the customer, the second for the product: swap them if it's the "
    "other way round"
)
CLOSE = 0.12
"""Two guesses whose certainties differ by less than this are marked."""


class Chooser:
    """Chooses the columns of one table; a column is chosen once."""

    def __init__(self, table: str, profile: FileProfile) -> None:
        self.table = table
        self.profile = profile
        self.chosen: dict[str, Guess] = {}
        self.doubts: dict[str, str] = {}

    def choose(self, described: Iterable[str]) -> list[DraftColumn]:
        """Return the columns; `described` are those that say what a product is."""
        targets = [*TARGETS[self.table], *described]
        if self.table == "products":
            targets = ["product_id", *described, *TARGETS[self.table][1:]]
        if not self.profile.file.is_named:  # customers are chosen before the others
            targets = sorted(targets, key=lambda target: target != "customer_id")
        for target in targets:
            self._choose(target)
            if target == "product_id":
                self._code_beside_name()
        if self.table == "purchases" and "discount" in self.chosen:
            self.doubts["discount"] = OFF_THE_LINE
        if "cost" in self.chosen and "price" not in self.chosen:
            self.doubts["cost"] = "there is no price beside it: is it what customers pay?"
        self._by_place()
        self._title_of_description()
        columns = [self._column(target, found) for target, found in self.chosen.items()]
        columns += self._composed_title()
        columns += [
            DraftColumn(target, MISSING, "no column looks like it", self._missing(target))
            for target in REQUIRED[self.table]
            if target not in self.chosen
        ]
        return sorted(columns, key=lambda column: ORDER.index(column.target))

    def _by_place(self) -> None:
        """Take the first for the customer where no name says which id is whose."""
        customer, product = self.chosen.get("customer_id"), self.chosen.get("product_id")
        if customer is None or product is None or customer.by_name or product.by_name:
            return
        names = [column.name for column in self.profile.columns]
        if names.index(customer.column.name) > names.index(product.column.name):
            self.chosen["customer_id"] = replace(product, kind="customer_id")
            self.chosen["product_id"] = replace(customer, kind="product_id")
        self.doubts |= {"customer_id": SWAPPED, "product_id": SWAPPED}

    @property
    def used(self) -> set[str]:
        """Their columns that were chosen."""
        return {found.column.name for found in self.chosen.values()}

    def _choose(self, target: str) -> None:
        kind = SHARES.get(self.table, {}).get(target, target)
        candidates = [
            found
            for found in ranked(self.profile.columns, kind)
            if found.column.name not in self.used and not self._numbers_lines(target, found)
        ]
        if target == "week" and {"starts", "ends"} <= self.chosen.keys():
            return  # a shop file has one of them
        if target == "stock":
            candidates = [found for found in candidates if not _is_flag(found.column)]
        if target == "margin" and "cost" in self.chosen:
            return  # a shop file has one of them
        if target == "available":
            flags = [
                found
                for found in ranked(self.profile.columns, "stock")
                if _is_flag(found.column) and found.column.name not in self.used
            ]
            candidates = sorted(candidates + flags, key=lambda found: -found.certainty)
        required = target in REQUIRED[self.table]
        least = LEAST_REQUIRED if required else LEAST.get(target, LEAST_DEFAULT)
        if not candidates or candidates[0].certainty < least:
            self._fall_back(target)
            return
        best = candidates[0]
        if not required and self._is_rather_another(best):
            return
        self.chosen[target] = best
        close = [
            other.column.name
            for other in candidates[1:]
            if other.certainty >= max(best.certainty - CLOSE, 0.5 * best.certainty)
            and other.certainty >= LEAST_REQUIRED
            and not self._is_rather_another(other)
        ]
        is_id = target in {"customer_id", "product_id"}
        if is_id and not self.profile.file.is_named:
            self.doubts[target] = SWAPPED
        elif close and target not in NEVER_DOUBTED:
            others = ", ".join(f"'{name}'" for name in close[:4])
            self.doubts[target] = f"or is it {others}?"
        elif not best.is_sure:
            self.doubts[target] = self._why_unsure(best)

    def _numbers_lines(self, target: str, found: Guess) -> bool:
        """Whether every line has another product, so that nothing would be sold twice."""
        is_of_lines = target == "product_id" and self.table in {"purchases", "ratings"}
        return is_of_lines and is_line_id(found.column)

    def _is_rather_another(self, found: Guess) -> bool:
        """Whether the column fits another kind better: a ship date isn't the date of the order."""
        others = [other.certainty for kind, other in guess(found.column).items() if kind in RATHER]
        return max(others, default=0.0) > found.certainty + CLOSE

    def _fall_back(self, target: str) -> None:
        """Choose without a fitting name: a title for the product, else by the values."""
        if target == "product_id":
            titles = ranked(self.profile.columns, "title")
            if titles and titles[0].certainty >= 0.5 and not self._numbers_lines(target, titles[0]):
                self.chosen[target] = titles[0]
                self.doubts[target] = "there are no product ids: the name stands for the product"
        if target == "amount" and not self.chosen.keys() & {"unit_price", "amount"}:
            # what has currency signs is the price, whatever it is called: a rate, a fare
            signed = [c for c in self.profile.columns if c.numbers.with_currency >= FITTING]
            said = "only its currency signs say so: is it the price of one?"
            self._by_values("unit_price", signed, NO_PRICE, said)
        if target == "purchased_at":
            times = [
                column
                for column in self.profile.columns
                if column.times.share >= FITTING and not column.times.is_day_number
            ]
            said = "only its values say so: is it when it was bought?"
            self._by_values(target, times, NOT_WHEN_BOUGHT, said)

    def _by_values(
        self, target: str, columns: list[ColumnProfile], unless: set[str], doubt: str
    ) -> None:
        """Choose the first free one of these whose name says nothing else, with a doubt."""
        free = [
            column
            for column in columns
            if column.name not in self.used and not column.parsed_name.known & unless
        ]
        if free:
            self.chosen[target] = Guess(target, free[0], LEAST_REQUIRED, "")
            others = ", ".join(f"'{column.name}'" for column in free[1:4])
            self.doubts[target] = doubt + (f" or is it {others}?" if others else "")

    def _code_beside_name(self) -> None:
        """Take a column called no more than code for the product, whose name the other one is."""
        name = self.chosen.get("product_id")
        if name is None or name.column.wordy < WORDY:
            return
        for column in self.profile.columns:
            is_code = column.parsed_name.known == {"id"} and fit("product_id", column) >= FITTING
            alike = abs(column.distinct - name.column.distinct) <= ALIKE * name.column.distinct
            if is_code and alike and column.name not in self.used:
                by_name = f"{column.name}, beside '{name.column.name}'"
                self.chosen["product_id"] = Guess("product_id", column, SURE, by_name)
                self.doubts["product_id"] = (
                    f"as many differ as of '{name.column.name}', which is a name: is it its code?"
                )
                return

    def _title_of_description(self) -> None:
        """Take a short description for the title where there is no other."""
        found = self.chosen.get("description")
        if found and "title" not in self.chosen and found.column.mean_length <= 80:
            self.chosen["title"] = self.chosen.pop("description")
            self.doubts.pop("description", None)

    def _composed_title(self) -> list[DraftColumn]:
        """Use other columns for the title if there is none: a list of ids can't be read."""
        if self.table != "products" or "title" in self.chosen:
            return []
        kinds = [kind for kind in ("subcategory", "category", "department") if kind in self.chosen]
        parts = [*kinds[:1], *(kind for kind in ("brand", "size") if kind in self.chosen)]
        if not kinds:
            return []
        names = ", ".join(quoted(self.chosen[kind].column.name) for kind in parts)
        return [
            DraftColumn(
                "title",
                f"concat_ws(', ', {names})",
                "no column looks like a title",
                "made of what else is known, so that lists can be read: has the shop names?",
            )
        ]

    def _column(self, target: str, found: Guess) -> DraftColumn:
        source = found.column.name
        doubt = self.doubts.get(target, "")
        if found.kind == "stock" and target == "available":
            source = f"try_cast({quoted(source)} as double) > 0"
        if target == "customer_id" and found.column.email_like > 0.8:
            source = f"lower(trim({quoted(source)}))"
            doubt = (
                "e-mail addresses identify the customers, and will stand in the tables; "
                f"md5({source}) hides them"
            )
        elif target == "customer_id" and found.column.filled < 0.6:
            doubt = doubt or (
                f"{100 * (1 - found.column.filled):.0f} % of the lines have none; they show "
                "which products are bought together, nothing else"
            )
        return DraftColumn(target, source, found.evidence, doubt)

    def _why_unsure(self, found: Guess) -> str:
        if not self.profile.file.is_named:
            return "going by the values alone"
        return "only its values say so" if not found.by_name else "the name isn't clear"

    def _missing(self, target: str) -> str:
        numbering = [
            f"'{found.column.name}'"
            for found in ranked(self.profile.columns, target)
            if self._numbers_lines(target, found)
        ]
        names = ", ".join(f"'{column.name}'" for column in self.profile.columns[:12])
        which = f"say which of your columns it is, or an expression over them (columns: {names})"
        if not numbering:
            return which
        return (
            f"{', '.join(numbering)} is another on every line, so it numbers lines and names "
            f"no product: {which}"
        )


def _is_flag(column: ColumnProfile) -> bool:
    """Whether a stock is yes or no: no product has more than one unit."""
    return column.numbers.share > 0 and column.numbers.high <= 1
