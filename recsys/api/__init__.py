"""The read-only HTTP API: lists, similar products, baskets and metrics as JSON, and a demo shop.

docs/api.md describes every address.
"""

from recsys.api.access import Access
from recsys.api.app import create_app

__all__ = ["Access", "create_app"]
