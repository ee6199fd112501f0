"""The shop file: which file holds which table, and which column is what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from recsys.errors import ShopFileError
from recsys.shop.faults import explained
from recsys.shop.format import Format
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


class Assortment(Table):
    """Which store sells which product, and from when until when."""

    required = ("product_id",)
    optional = ("store_id", "starts", "ends")


class Exposures(Table):
    """What customers were shown of their lists, and clicked."""

    required = ("customer_id", "product_id", "shown_at")
    optional = ("list_type", "clicked_at")


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
    assortment: Assortment | None = None
    """Which store sells what."""
    exposures: Exposures | None = None
    """What customers were shown of their lists: docs/history.md."""
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
    "assortment": Assortment,
    "exposures": Exposures,
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
        raise ShopFileError(
            f"shop file '{path}': {explained(error, {1: Shop, 2: Table, 3: Format})}"
        ) from None
    parsed.folder = _package_folder(parsed.package) if parsed.package else path.resolve().parent
    return parsed


def _package_folder(package: str) -> Path:
    # of a dotted name the first package would be imported, which runs its code
    spec = find_spec(package) if package.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise ShopFileError(
            f"this shop's data is in the Python package '{package}', which isn't installed: "
            f"pip install {package.replace('_', '-')}"
        )
    return Path(next(iter(spec.submodule_search_locations)))
