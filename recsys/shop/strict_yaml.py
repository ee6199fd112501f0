"""Read YAML strictly: no aliases, no tags, no key twice, and keys of text only."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from recsys.errors import ShopFileError

LARGEST = 1_000_000  # bytes


class _Loader(yaml.SafeLoader):
    """SafeLoader that refuses aliases, tags, keys given twice and keys that aren't text."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise _refused(event, f"the alias *{event.anchor}: write the value out")
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "tag", None) is not None:
            raise _refused(event, f"the tag {event.tag}: write plain values")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            if key_node.tag != "tag:yaml.org,2002:str":
                said = getattr(key_node, "value", "")
                said = said if isinstance(said, str) else "a list or mapping"
                raise _refused(key_node, f"the key {said}, which isn't text: put it in quotes")
            if key_node.value in seen:
                raise _refused(key_node, f"the key '{key_node.value}' twice: remove one")
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)

    def construct_yaml_int(self, node: Any) -> int:
        number: int = super().construct_yaml_int(node)
        if node.value.lstrip("+") != str(number):  # 0010 is octal to YAML, and 1:30 ninety
            raise _refused(node, f"the number {node.value}, read as {number}: put it in quotes")
        return number

    def construct_yaml_timestamp(self, node: Any) -> Any:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError as error:
            raise _refused(node, f"the day {node.value}, which can't be: {error}") from None


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_timestamp)


def _refused(event: Any, what: str) -> yaml.YAMLError:
    return yaml.MarkedYAMLError(problem=f"it has {what}", problem_mark=event.start_mark)


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the mapping that a YAML file holds.

    Raises:
        ShopFileError: the file can't be read, isn't YAML, isn't a mapping, or uses aliases, tags
            or a key twice.

    """
    try:
        content = path.read_bytes()
        if len(content) > LARGEST:
            raise ShopFileError(
                f"shop file '{path}' has {len(content):,} bytes; at most {LARGEST:,} are read: is "
                "it one of the shop's tables?"
            )
        # The loader is a SafeLoader that refuses more.
        loaded = yaml.load(content.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506
    except OSError as error:
        raise ShopFileError(f"shop file '{path}' can't be read: {error.strerror}") from None
    except RecursionError:
        raise ShopFileError(f"shop file '{path}' can't be read as YAML: nested too deep") from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: bytes or dates that can't be
        raise ShopFileError(f"shop file '{path}' can't be read as YAML: {_said(error)}") from None
    if not isinstance(loaded, dict):
        raise ShopFileError(
            f"shop file '{path}' must be a mapping with keys such as name, purchases"
        )
    return loaded


def _said(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem and error.problem_mark:
        mark = error.problem_mark
        return f"{error.problem} (line {mark.line + 1}, column {mark.column + 1})"
    return " ".join(str(error).split())
