"""How the numbers of a table are written; a build decides it from all columns together."""

# ruff: noqa: S608 - names are quoted, the rules are SQL
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.profiling import FileProfile
from recsys.shop.cleaning_rules import rule
from recsys.storage.names import quoted

NOT_SET = "null::varchar"


@dataclass(frozen=True)
class Written:
    """How numbers are written, decided as the model stg_formats does without a setting."""

    has_comma: bool
    """Whether the comma is the decimal mark, so that 1,234 is 1.234."""
    has_money_comma: bool
    """The same of prices: 12.500 may be twelve thousand though nothing else has a comma."""
    is_only_likely: bool
    """Whether prices are taken for thousands because all that have a point are such as 12.500."""


def how_written(
    profile: FileProfile, others: Sequence[str], money: Sequence[str], currency: str | None = None
) -> Written:
    """Decide from the rows that were looked at.

    Parameters
    ----------
    profile
        The file.
    others
        Its columns of numbers that aren't money.
    money
        Its columns of money.
    currency
        Its column of currencies, which may have a thousand parts.

    """
    if not others and not money:
        return Written(has_comma=False, has_money_comma=False, is_only_likely=False)
    columns = [quoted(name) for name in money]
    evidence = rule("number_evidence", [quoted(name) for name in others] + columns, columns)
    currencies = NOT_SET
    if currency is not None:
        named = f"cast({quoted(currency)} as varchar)"
        currencies = f"(select string_agg(distinct {named}, ' ') from {profile.sample})"
    (comma, money_comma) = profile.ask(
        f"select {rule('decides_decimal_comma', NOT_SET)}, "
        f"{rule('decides_money_comma', NOT_SET, currencies)} "
        f"from (select {evidence} from {profile.sample})"
    )
    return Written(bool(comma), bool(money_comma), bool(money_comma) and not comma)


def number_sql(column: ColumnProfile, comma: bool) -> str:
    """Return the column as SQL that gives its cleaned numbers; `comma`: of a decimal comma."""
    return rule("clean_number", quoted(column.name), str(comma).lower())
