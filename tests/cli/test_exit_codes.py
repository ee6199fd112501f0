"""Programs that start a command learn from its exit code what became of it."""

import re
from pathlib import Path

import pytest

from recsys import errors
from recsys.cli import exit_codes
from recsys.cli.exit_codes import exit_code
from recsys.storage.disk import write_failure

PAGE = Path(__file__).parents[2] / "docs" / "schedules.md"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.RecsysError("the build failed"), 1),
        (errors.DatabaseError("no database"), 1),
        (errors.UnknownCustomerError("no customer"), 1),
        (errors.ShopFileError("no shop file"), 3),
        (errors.NoRowsError("no rows"), 3),
        (errors.InvalidParameterError("unknown setting 'x'"), 3),
        (errors.DatabaseInUseError("in use by process 7"), 4),
        (write_failure("can't write", Path(), OSError(28, "No space left on device")), 5),
        (errors.DriftError("1 alarm"), 6),
    ],
)
def test_each_kind_of_error_has_its_code(error, code):
    assert exit_code(error) == code


def test_the_page_lists_every_code():
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE.read_text("utf-8"), re.M)}
    codes = {value for name, value in vars(exit_codes).items() if name.isupper()}
    assert listed == {0, *codes, 130, 143}
