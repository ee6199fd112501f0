"""Drafts of invented shops, in a folder of their own."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from recsys.draft.assemble import draft_shop
from recsys.draft.draft import Draft
from recsys.draft.opening import failure_to_open
from recsys.draft.yaml_text import yaml_text

# tests are imported by their path, so that what they share has to be named
_spec = importlib.util.spec_from_file_location(
    "invented_meanings", Path(__file__).with_name("invented_meanings.py")
)
assert _spec is not None
assert _spec.loader is not None
sys.modules["invented_meanings"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sys.modules["invented_meanings"])


@pytest.fixture
def drafted(tmp_path: Path) -> Callable[..., Draft]:
    """Return a function that writes a shop's files, and drafts its shop file beside them."""

    def drafted(write: Callable[[Path], list[Path]], *, join: bool = False) -> Draft:
        output = tmp_path / "shop.yml"
        draft = draft_shop(write(tmp_path), output, join=join)
        output.write_text(yaml_text(draft), encoding="utf-8")
        if not draft.missing:
            assert failure_to_open(output) is None
        return draft

    return drafted
