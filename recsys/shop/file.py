"""The shop file: which file holds which table, and which column is what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from recsys.errors import ShopFileError
from recsys.shop.format import Format
from recsys.shop.layouts import Explode, FillDown, Unpivot
from recsys.shop.notifications import Notification
from recsys.shop.strict_yaml import read_mapping
from recsys.storage.names import nearest

BUNDLED = Path(__file__).parent / "shops"
DEFAULT_SHOP = "complete_journey"


class Table(BaseModel):
    """One input table: where it is, which of its columns is what, which rows belong."""

    model_config = ConfigDict(extra="forbid", strict=True)
    required: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()
    takes_other_columns: ClassVar[bool] = False
    needs_mapping: ClassVar[bool] = True

    path: str
    """A CSV, JSON, Parquet or Excel file or a glob of them, or a DuckDB database; from the shop
    file's folder unless it is absolute."""
    format: Format = Field(default_factory=Format)
    """How the files are written, as far as that can't be seen."""
    table: str | None = None
    """The table's name when `path` is a DuckDB database."""
    columns: dict[str, str]
    """Our column name: their column name, or a SQL expression over their columns."""
    where: str | None = None
    """A SQL condition over their columns; rows it doesn't hold for are not part of this shop."""

    @model_validator(mode="after")
    def _columns_are_known(self) -> Table:
        legal = self.required + self.optional
        for name, source in self.columns.items():
            if not source.strip():
                raise ValueError(f"column '{name}' is empty: name one of yours, or leave it out")
            if name not in legal and not self.takes_other_columns:
                raise ValueError(f"unknown column '{name}'{nearest(name, legal)}")
        for name in self.required:
            if name not in self.columns and self.needs_mapping:
                raise ValueError(f"column '{name}' is missing: say which of your columns it is")
        return self


DESCRIPTION = (
    *("title", "department", "category", "subcategory", "brand", "size", "attributes"),
    *("description", "recommend_as"),
)
"""What lines of orders and ratings may say of their product, too; a product file wins over it."""


class Purchases(Table):
    """Lines of orders; they may describe their products where no product file does."""

    required = ("customer_id", "product_id", "purchased_at")
    optional = (
        *("order_id", "quantity", "unit_price", "amount", "currency", "is_return"),
        *("store_id", "channel", "discount", "list_price"),
        *DESCRIPTION,
    )

    @model_validator(mode="after")
    def _discounts_are_said_once(self) -> Purchases:
        if {"discount", "list_price"} <= self.columns.keys():
            raise ValueError(
                "'discount' and 'list_price' say the same: keep one. discount is the amount taken "
                "off the line, list_price the price of one unit without it"
            )
        return self


class Ratings(Table):
    """Explicit ratings."""

    required = ("customer_id", "product_id", "rating")
    optional = ("rated_at", *DESCRIPTION)


class Products(Table):
    """What is known of each product."""

    required = ("product_id",)
    optional = (*DESCRIPTION, "price", "cost", "margin", "stock", "available", "excluded")

    @model_validator(mode="after")
    def _costs_are_said_once(self) -> Products:
        if {"cost", "margin"} <= self.columns.keys():
            raise ValueError(
                "'cost' and 'margin' say the same: keep one. cost is what one unit costs you, "
                "margin the share of the price that you keep, 0.35 or 35 %"
            )
        return self


class Customers(Table):
    """What is known of each customer; a column that isn't ours is an attribute."""

    required = ("customer_id",)
    optional = ("merged_into",)
    takes_other_columns = True


class Stores(Table):
    """What is known of each store; a column that isn't ours is an attribute."""

    required = ("store_id",)
    optional = ("region",)
    takes_other_columns = True


class Promotions(Table):
    """What is, was or will be promoted: a product or a category, in a store or in all."""

    optional = (
        *("product_id", "category", "store_id", "starts", "ends", "week"),
        *("kind", "discount", "planned_at"),
    )

    @model_validator(mode="after")
    def _says_what_and_when(self) -> Promotions:
        given = self.columns.keys()
        if not {"product_id", "category"} & given:
            raise ValueError("column 'product_id' or 'category' is missing: say what is promoted")
        if "week" in given and {"starts", "ends"} & given:
            raise ValueError(
                "'week' says when a promotion starts and ends: keep it, or 'starts' and 'ends'"
            )
        if "week" not in given and not {"starts", "ends"} <= given:
            raise ValueError(
                "when does a promotion hold? Map 'starts' and 'ends', its first and last day, or "
                "'week', the first day of its week; of a promotion of one day both are that day"
            )
        return self


class Rules(Table):
    """Rules of merchandisers for the lists; columns with our names needn't be mapped."""

    required = ("rule", "action")
    optional = (
        *("product_id", "category", "brand", "attribute", "attribute_value"),
        *("other_product_id", "other_category", "value", "list_type", "segment"),
        *("customer_attribute", "customer_value", "starts", "ends", "note"),
    )
    needs_mapping: ClassVar[bool] = False

    columns: dict[str, str] = Field(default_factory=dict)

    def mapped_by_name(self, names: Iterable[str], place: str) -> Rules:
        """Return it with the file's columns that have our names mapped, too.

        Parameters
        ----------
        names
            The file's columns.
        place
            The table's name in the shop file, for messages.

        Raises
        ------
        ShopFileError
            A column has a name that isn't ours and none is mapped, or a required one is missing.

        """
        legal = self.required + self.optional
        known = {name.strip().casefold(): name for name in names}
        for folded, name in known.items():
            if folded not in legal and not self.columns:
                raise ShopFileError(
                    f"{place}: '{self.path}' has an unknown column '{name}'{nearest(name, legal)}"
                )
        ours = {name: known[name] for name in legal if name in known}
        columns = {**ours, **self.columns}
        for name in self.required:
            if name not in columns:
                raise ShopFileError(
                    f"{place}: '{self.path}' has no column '{name}' (columns: "
                    f"{', '.join(known.values())}): rename one, or say under "
                    f"{place}.columns which it is"
                )
        return self.model_copy(update={"columns": columns})


class Shop(BaseModel):
    """A validated shop file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_ -]*$")
    package: str | None = None
    """A Python package whose folder the paths are relative to."""
    purchases: Purchases | None = None
    ratings: Ratings | None = None
    products: Products | None = None
    customers: Customers | None = None
    stores: Stores | None = None
    promotions: Promotions | None = None
    """What is promoted when."""
    rules: Rules | None = None
    """What merchandisers ask of the lists: docs/rules.md."""
    as_of: date | None = None
    """The day the shop is looked at; rows after it are rejected. Default: the last row's day."""
    timezone: str | None = None
    """Where the shop is, as in Europe/Berlin: times with an offset are brought there, and days
    begin at its midnights. Times without an offset are taken to be its own. Default: times are
    taken as they are written."""
    guest_ids: list[str | int] = Field(default_factory=list)
    """Customer ids that stand for nobody in particular: their lines count as anonymous."""
    non_products: list[str | int] = Field(default_factory=list)
    """Product ids that are fees, vouchers or the like, beside those found by the rule."""
    real_products: list[str | int] = Field(default_factory=list)
    """Product ids that the rule takes for fees or vouchers, but that may be recommended."""
    settings: dict[str, int | float | str | bool | date] = Field(default_factory=dict)
    """Settings of dbt_project.yml that differ for this shop."""
    notify: list[Notification] = Field(default_factory=list)
    """Whom a build tells what became of it: docs/schedules.md."""
    folder: Path = Field(default=Path(), exclude=True)

    @model_validator(mode="after")
    def _has_interactions(self) -> Shop:
        if self.purchases is None and self.ratings is None:
            raise ValueError("at least one of 'purchases' and 'ratings' is needed")
        return self

    def tables(self) -> Mapping[str, Table | None]:
        """Input tables by name; None where the shop has none."""
        return {name: getattr(self, name) for name in TABLES}


TABLES: dict[str, type[Table]] = {
    "purchases": Purchases,
    "ratings": Ratings,
    "products": Products,
    "customers": Customers,
    "stores": Stores,
    "promotions": Promotions,
    "rules": Rules,
}


def load_shop(shop: str | Path) -> Shop:
    """Read and validate a shop file, or one of the bundled shops by its name.

    Raises:
        ShopFileError: the file is missing, isn't YAML, or says something that isn't legal.

    """
    path = Path(shop).expanduser()
    if not path.suffix and (BUNDLED / f"{shop}.yml").exists():
        path = BUNDLED / f"{shop}.yml"
    if not path.is_file():
        bundled = ", ".join(sorted(p.stem for p in BUNDLED.glob("*.yml")))
        raise ShopFileError(
            f"shop file '{shop}' doesn't exist: give the path of a shop file, or the name of a "
            f"bundled shop ({bundled})"
        )
    content = read_mapping(path)
    try:
        parsed = Shop.model_validate(content)
    except ValidationError as error:
        raise ShopFileError(f"shop file '{path}': {_explain(error)}") from None
    parsed.folder = _package_folder(parsed.package) if parsed.package else path.resolve().parent
    return parsed


LEGAL = {
    "string_type": "write one text",
    "list_type": "write a list, such as ['a', 'b']",
    "dict_type": "write names with their values below it, or in braces",
    "model_type": "write names with their values below it, or in braces",
    "date_type": "write a day, such as 2024-05-31",
    "date_parsing": "write a day, such as 2024-05-31",
    "date_from_datetime_inexact": "write a day without a time, such as 2024-05-31",
    "date_from_datetime_parsing": "write a day, such as 2024-05-31",
    "int_type": "write a whole number",
    "bool_type": "write true or false",
}
"""What is legal, by pydantic's name of the problem."""
LAYOUTS = {"fill_down": FillDown, "explode": Explode, "unpivot": Unpivot}
"""What is legal inside these keys of `format:`."""
LEGAL_AT = {
    "path": "write one text, of several files a pattern such as orders/*.csv",
    "header": "write true, false or a list of names",
    "date_format": "write a text such as '%d.%m.%Y', or a list of them",
}
"""What is legal, by the key."""


def _explain(error: ValidationError) -> str:
    lines: list[str] = []
    for problem in error.errors():
        place = problem["loc"]
        where = ".".join(str(part) for part in place)
        text = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            key = str(place[-1])
            owner: Any = {1: Shop, 2: Table, 3: Format}.get(len(place), Table)
            owner = LAYOUTS.get(str(place[-2]), owner) if len(place) > 3 else owner
            owner = Notification if len(place) > 1 and place[0] == "notify" else owner
            legal = [name for name in owner.model_fields if name != "folder"]
            text = f"unknown key '{key}'{nearest(key, legal)}"
        if problem["type"] == "string_type" and isinstance(problem["input"], int | float | date):
            said = str(problem["input"])
            text += f", not {said.lower() if isinstance(problem['input'], bool) else said}"
            text += ": put it in quotes"
        elif problem["type"] == "missing":
            text = "is missing: write it"
        elif problem["type"] in LEGAL:
            if len(place) > 3 and place[2] in LEGAL_AT:  # one per type it could have had
                place, where = place[:3], ".".join(map(str, place[:3]))
            legal_here = LEGAL_AT.get(str(place[-1]), LEGAL[problem["type"]])
            if problem["input"] is None and len(place) > 2 and place[1] == "columns":
                legal_here = "name one of your columns, or leave it out"
            said = "nothing" if problem["input"] is None else f"'{problem['input']}'"
            text = f"{said} won't do: {legal_here}"
        if place[:1] == ("settings",) and len(place) == 3:  # one per type it could have had
            where, text = f"settings.{place[1]}", "must be a number, a text, a day or true or false"
        lines.append(f"{where}: {text}" if where else text)
    return "; ".join(dict.fromkeys(lines))


def _package_folder(package: str) -> Path:
    # of a dotted name the first package would be imported, which runs its code
    spec = find_spec(package) if package.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise ShopFileError(
            f"this shop's data is in the Python package '{package}', which isn't installed: "
            f"pip install {package.replace('_', '-')}"
        )
    return Path(next(iter(spec.submodule_search_locations)))
