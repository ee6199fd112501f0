"""Schemathesis asks whatever the description allows, and what it doesn't."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

KEY = "a-key-of-tests-0123456789"


@pytest.mark.slow
@pytest.mark.parametrize("has_key", [False, True])
def test_every_request_is_answered_as_described(built: Path, tmp_path: Path, has_key: bool):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    programs = Path(sys.executable).parent
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    environment |= {"RECSYS_API_KEY": KEY} if has_key else {}
    with subprocess.Popen(  # noqa: S603 - our own command
        [str(programs / "recsys"), "serve", "--port", str(port), "--database", str(built)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline().startswith("Serving")
            headers = ["--header", f"X-API-Key: {KEY}"] if has_key else []
            asked = subprocess.run(  # noqa: S603
                [
                    str(programs / "schemathesis"),
                    "run",
                    f"http://127.0.0.1:{port}/openapi.json",
                    "--seed=1",
                    "--max-examples=20",
                    "--no-color",
                    *headers,
                ],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            server.terminate()
    assert asked.returncode == 0, asked.stdout[-5000:]
