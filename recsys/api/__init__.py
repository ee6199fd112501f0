"""The read-only HTTP API: the lists, similar products and metrics as JSON.

Every answer is a list in rank order; a known id without rows gets an empty one. There is no
login: put it behind one before other machines can reach it.
"""

from recsys.api.app import create_app

__all__ = ["create_app"]
