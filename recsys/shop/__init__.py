"""The shop file and the views made of it."""

from recsys.shop.file import DEFAULT_SHOP, Shop, load_shop
from recsys.shop.sources import attach_shop

__all__ = ["DEFAULT_SHOP", "Shop", "attach_shop", "load_shop"]
