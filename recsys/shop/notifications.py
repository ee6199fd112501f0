"""Whom a build tells what became of it: `notify:` of the shop file.

These are no settings: settings are written to the database with every build, and what is said here
may lead to secrets.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from recsys.errors import ShopFileError
from recsys.shop.strict_yaml import read_mapping

Event = Literal[
    "build_failed",
    "build_succeeded",
    "build_skipped",
    "drift",
    "champion_changed",
    "quality_fell",
]
EVENTS: tuple[str, ...] = get_args(Event)
VARIABLE = re.compile(r"\$\{(\w+)\}")
SCHEMES = ("http://", "https://")


class Notification(BaseModel):
    """A command or a webhook, and the events that it is told of."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    events: list[Event] = Field(min_length=1)
    """Events: `build_failed`, `build_succeeded`, `build_skipped`, `drift`, `champion_changed`,
    `quality_fell`."""
    command: list[str] | None = None
    """A program and its arguments, as a list or as one text; it is started without a shell, in the
    shop file's folder, and reads the event as a JSON object from its standard input."""
    webhook: str | None = None
    """An address of http or https to which the event is posted as a JSON object. `${NAME}` stands
    for an environment variable."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Headers of that request; `${NAME}` stands for an environment variable."""
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 10
    """A command that takes longer is ended, a request given up."""

    @field_validator("events", mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("timeout_seconds", mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return float(value) if is_whole else value

    @field_validator("command", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            try:
                value = shlex.split(value)
            except ValueError as error:
                raise ValueError(f"can't be split into words ({error}): write a list") from None
        if isinstance(value, list) and not (value and value[0]):
            raise ValueError("is empty: name a program")
        return value

    @field_validator("webhook")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is None or value.startswith("${"):
            return value
        try:
            host = urlsplit(value).hostname
        except ValueError:
            host = None
        if not value.startswith(SCHEMES) or not host or not value.isprintable() or " " in value:
            raise ValueError("isn't an address: begin it with https://, or write ${NAME}")
        return value

    @field_validator("headers")
    @classmethod
    def _are_single_lines(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            if not re.fullmatch(r"[A-Za-z0-9-]+", name) or not text.isprintable():
                raise ValueError(f"'{name}' is no header of one line")
        return value

    @model_validator(mode="after")
    def _has_one_target(self) -> Notification:
        if (self.command is None) == (self.webhook is None):
            raise ValueError("write either command or webhook")
        if self.command is not None and self.headers:
            raise ValueError("headers are of a webhook")
        return self

    def missing_variables(self) -> list[str]:
        """Return the environment variables that it names and that aren't set."""
        texts = [self.webhook or "", *self.headers.values()]
        named = [name for text in texts for name in VARIABLE.findall(text)]
        return sorted({name for name in named if not os.environ.get(name)})


def filled_in(text: str) -> str:
    """Return a text with its environment variables, which are set.

    >>> os.environ["RECSYS_EXAMPLE"] = "secret"
    >>> filled_in("Bearer ${RECSYS_EXAMPLE}")
    'Bearer secret'
    >>> del os.environ["RECSYS_EXAMPLE"]
    """
    return VARIABLE.sub(lambda found: os.environ[found[1]], text)


@dataclass(frozen=True)
class Notifications:
    """All notifications of a shop, and the folder in which commands are started."""

    notify: tuple[Notification, ...] = ()
    folder: Path = Path()


def notifications_of(shop: Path | str | None) -> Notifications:
    """Read only whom a shop file wants to be told; nobody where it can't be read.

    What else is wrong with the file doesn't matter: that a build fails for it is to be told. An
    entry that is wrong itself silences no other.

    Parameters
    ----------
    shop
        A shop file. A name of a shop that comes with the package, and None, have nobody to tell.

    """
    path = Path(shop or "").expanduser()
    if not path.is_file():
        return Notifications()
    try:
        entries = read_mapping(path).get("notify")
    except ShopFileError:
        return Notifications()
    read = []
    for entry in entries if isinstance(entries, list) else []:
        with contextlib.suppress(ValidationError):  # `load_shop` says what is wrong with it
            read.append(Notification.model_validate(entry))
    return Notifications(tuple(read), path.resolve().parent)
