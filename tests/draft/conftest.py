"""Drafts of invented shops, in a folder of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from recsys.draft.assemble import draft_shop
from recsys.draft.draft import Draft
from recsys.draft.opening import failure_to_open
from recsys.draft.yaml_text import yaml_text


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
