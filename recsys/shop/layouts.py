"""Layouts of files without a line per product: keys of `format:` that make lines of them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

Names = list[str]


class _Layout(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class FillDown(_Layout):
    """Columns whose empty cells have the value of the row above: order data on the first line."""

    columns: Names = Field(min_length=1)
    by: str | None = None
    """The column within whose values it's done: nothing goes on from one order into the next."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"columns": _listed(value)} if isinstance(value, str | list) else value


class Explode(_Layout):
    """A column whose cells hold several values, such as products: each becomes a line."""

    column: Names = Field(min_length=1)
    """Its name; or several names, whose values belong together place by place."""
    separator: str | None = Field(default=None, min_length=1)
    """What stands between the values of a text. Without it the cells are lists, or JSON."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        given = {"column": value} if isinstance(value, str | list) else value
        if isinstance(given, dict) and "column" in given:
            return given | {"column": _listed(given["column"])}
        return given


class Unpivot(_Layout):
    """Columns that are products, or places in a basket: each cell that isn't empty is a line."""

    columns: list[str | list[str]] | None = Field(default=None, min_length=1)
    """Their names; or lists of names of columns that belong together: [[item1, qty1], …]."""
    all_but: Names | None = Field(default=None, min_length=1)
    """In place of `columns`: the columns that stay as they are."""
    name: str = "name"
    """The new column with the names of the columns."""
    value: Names = ["value"]
    """The new column with their values; as many as belong together."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        given = {"columns": value} if isinstance(value, list) else value
        if isinstance(given, dict):
            lists = {key: _listed(given[key]) for key in ("all_but", "value") if key in given}
            return given | lists
        return given

    @model_validator(mode="after")
    def _fits_together(self) -> Unpivot:
        if (self.columns is None) == (self.all_but is None):
            raise ValueError("write either columns or all_but")
        if any(len(one) != len(self.value) for one in self.groups):
            raise ValueError(
                f"{len(self.value)} names in value ({', '.join(self.value)}), so each of columns "
                "must be a list of as many: columns: [[item1, qty1], [item2, qty2]], "
                "value: [item, qty]"
            )
        if self.all_but is not None and len(self.value) != 1:
            raise ValueError("all_but makes one value: list the columns instead")
        return self

    @property
    def groups(self) -> list[list[str]]:
        """The columns that belong together, place by place."""
        return [[one] if isinstance(one, str) else one for one in self.columns or []]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value
