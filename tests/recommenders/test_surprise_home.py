"""Surprise is imported without a folder in the home directory."""

import os
import subprocess
import sys

import pytest

IMPORT = "import recsys.recommenders.surprise_bridge, surprise"


@pytest.mark.parametrize("home", ["/dev/null/home", "{tmp_path}"])
def test_importing_surprise_makes_no_folder_in_the_home_directory(tmp_path, home):
    """Nobody, not even root, can make a folder in a device."""
    environment = os.environ | {"HOME": home.format(tmp_path=tmp_path)}
    environment.pop("SURPRISE_DATA_FOLDER", None)
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", IMPORT],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert not (tmp_path / ".surprise_data").exists()
