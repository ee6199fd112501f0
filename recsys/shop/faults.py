"""What is wrong with a shop file, in words that say what is legal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ValidationError

from recsys.shop.layouts import Explode, FillDown, Unpivot
from recsys.shop.notifications import Notification
from recsys.storage.names import nearest

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


def explained(error: ValidationError, owners: Mapping[int, type[BaseModel]]) -> str:
    """Return in words what is wrong with a shop file.

    Parameters
    ----------
    error
        What pydantic found.
    owners
        By depth in the file, whose keys are legal there: 1 is the file itself.

    """
    lines: list[str] = []
    for problem in error.errors():
        place = problem["loc"]
        where = ".".join(str(part) for part in place)
        text = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            key = str(place[-1])
            owner: Any = owners.get(len(place), owners[2])
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
