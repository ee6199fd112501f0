"""The shop file and the views made of it."""

from recsys.shop.file import DEFAULT_SHOP, Shop, load_shop
from recsys.shop.format import Format
from recsys.shop.readers import Relation, open_files
from recsys.shop.sources import attach_shop

__all__ = [
    "DEFAULT_SHOP",
    "Format",
    "Relation",
    "Shop",
    "attach_shop",
    "load_shop",
    "open_files",
]
