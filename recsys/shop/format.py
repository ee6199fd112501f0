"""How a file is written, where that can't be seen: the `format:` of a table in the shop file."""

from __future__ import annotations

import codecs
from typing import Literal

import duckdb
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from recsys.shop.layouts import Explode, FillDown, Unpivot
from recsys.storage.connections import connect

DELIMITED_ONLY = ("delimiter", "quote", "escape")
TEXT_ONLY = ("encoding",)
TABULAR_ONLY = ("header", "skip", "nulls")
EXCEL_ONLY = ("sheet",)
JSON_ONLY = ("records",)
LONGEST_DELIMITER = 4
"""Characters; DuckDB's own limit."""
NOT_OF_FILES = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"}
"""Encodings that Python knows of names and of its own source."""


class Format(BaseModel):
    """What isn't said is found by looking at the file."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    delimiter: str | None = None
    """What stands between fields: a character (`tab` is one, too), or up to four, such as `::`."""
    quote: str | None = None
    """The character around fields that hold a delimiter; empty: none."""
    escape: str | None = None
    r"""The character before a quote inside a quoted field; by default the quote itself, or `\`."""
    encoding: str | None = None
    """The characters' encoding as Python names it: `windows-1252`, `utf-16`, `shift_jis`."""
    header: bool | list[str] = True
    """Whether the first line names the columns; or their names, where none does."""
    skip: int = Field(default=0, ge=0, le=10_000)
    """Lines before the header, such as a report's title."""
    nulls: list[str] = Field(default_factory=list)
    r"""What stands for a missing value beside an empty field, such as `\N`."""
    decimal: Literal[".", ","] = "."
    """The decimal mark in quantities, prices and ratings that are text."""
    date_format: str | list[str] | None = None
    """How times that are text are written, as DuckDB's strptime has it: `%d.%m.%Y %H:%M`. Of
    several, the first that fits counts; what fits none is read like any other time."""
    sheet: str | None = None
    """The sheet of an Excel file; `*` stands for any letters, all sheets that match are read."""
    records: str | None = None
    """Where in a JSON file the list is whose members are the rows: names with dots between."""
    fill_down: FillDown | None = None
    explode: Explode | None = None
    unpivot: Unpivot | None = None

    @field_validator("delimiter", "quote", "escape")
    @classmethod
    def _is_short(cls, value: str | None, info: object) -> str | None:
        name = getattr(info, "field_name", "")
        if value is None or (value == "" and name != "delimiter"):
            return value
        named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
        value = named.get(value, value)
        if not value.isascii() or set(value) & set("\r\n\0"):
            raise ValueError("must be of ASCII's characters, such as ; or tab")
        if name == "delimiter" and not 1 <= len(value) <= LONGEST_DELIMITER:
            raise ValueError("must be one character, such as ; or tab, or up to four, such as ::")
        if name != "delimiter" and len(value) != 1:
            raise ValueError('must be one character, such as "')
        return value

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            codec = codecs.lookup(value)
            "".encode(value)  # fails for codecs that aren't of text
            if codec.name in NOT_OF_FILES:
                raise LookupError
        except (LookupError, ValueError, TypeError):
            raise ValueError(
                f"unknown encoding '{value}' (such as utf-8, utf-16, windows-1252, iso-8859-15, "
                "shift_jis)"
            ) from None
        return codec.name

    @field_validator("date_format")
    @classmethod
    def _is_a_date_format(cls, value: str | list[str] | None) -> str | list[str] | None:
        if value is not None:
            for one in [value] if isinstance(value, str) else value:
                try:
                    with connect() as connection:
                        connection.execute("select try_strptime('', ?)", [one]).fetchall()
                except duckdb.Error as error:
                    said = str(error).split("\n")[0]
                    raise ValueError(f"'{one}' is no format of dates: {said}") from None
                if "%" not in one:
                    raise ValueError(f"'{one}' is no format of dates: write it like %d.%m.%Y %H:%M")
        return value

    @model_validator(mode="after")
    def _characters_differ(self) -> Format:
        signs = {sign for sign in (self.quote, self.escape) if sign}
        if self.delimiter is not None and signs & set(self.delimiter):
            raise ValueError("delimiter must differ from quote and escape")
        return self

    @property
    def date_formats(self) -> list[str]:
        """The formats of times, in their order."""
        if self.date_format is None:
            return []
        return [self.date_format] if isinstance(self.date_format, str) else self.date_format

    def beyond(self, *legal: str) -> list[str]:
        """Keys given that a file of another kind has no use for."""
        special = {*DELIMITED_ONLY, *TEXT_ONLY, *TABULAR_ONLY, *EXCEL_ONLY, *JSON_ONLY}
        return sorted((special - set(legal)) & self.model_fields_set)
