"""The dbt project's macros, rendered without dbt."""

from recsys.settings.macros import environment, read_macros, return_

__all__ = ["environment", "read_macros", "return_"]
