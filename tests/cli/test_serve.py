"""`recsys serve` says that it serves once it does, and lets nobody else in unasked."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from recsys.cli import main
from recsys.cli import serve as command  # noqa: F401 - so that the module below is loaded

serve = sys.modules["recsys.cli.serve"]


@pytest.fixture
def recsys(built, monkeypatch, capsys):
    """Return a function that runs the command without serving for ever."""
    uvicorn = pytest.importorskip("uvicorn")
    served = []
    monkeypatch.setenv("RECSYS_DATABASE", str(built))
    monkeypatch.setattr(
        uvicorn.Server, "run", lambda self, sockets: served.append(sockets[0].getsockname()[:2])
    )

    def run(*arguments: str):
        monkeypatch.setattr(sys, "argv", ["recsys", "serve", *arguments])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = capsys.readouterr()
        return code, out, err, served

    return run


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_this_machine_is_served_by_default(recsys, built, port):
    code, out, err, served = recsys("--port", str(port))
    assert (code, err, served) == (0, "", [("127.0.0.1", port)])
    assert f"Serving {built} at http://127.0.0.1:{port}/docs" in out.replace("\n", "")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1"])  # noqa: S104
def test_other_machines_are_let_in_only_when_asked(recsys, port, host):
    code, out, err, served = recsys("--host", host, "--port", str(port))
    assert (code, out, served) == (1, "", [])
    assert "RECSYS_API_KEY" in err
    assert "--api-key-file" in err


@pytest.mark.parametrize("how", ["file", "variable"])
def test_other_machines_are_let_in_with_a_key(recsys, port, how, tmp_path, monkeypatch):
    arguments = ["--host", "0.0.0.0", "--port", str(port)]  # noqa: S104
    if how == "file":
        (tmp_path / "keys").write_text("# the shop's\n" + "k" * 32 + "\n")
        arguments += ["--api-key-file", str(tmp_path / "keys")]
    else:
        monkeypatch.setenv("RECSYS_API_KEY", "k" * 32)
    code, out, _, served = recsys(*arguments)
    assert (code, served) == (0, [("0.0.0.0", port)])  # noqa: S104
    assert "put TLS before it" in out
    assert "kkkk" not in out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "holds no key"),
        ("# only a comment\n\n", "holds no key"),
        ("short", "line 1 of"),
        ("# first\n" + "k" * 32 + "\nsecond one with blanks", "line 3 of"),
        ("ключ" * 8, "letters, digits"),
        (None, "can't read --api-key-file"),
    ],
)
def test_files_without_a_usable_key_are_refused(recsys, port, tmp_path, content, says):
    if content is not None:
        (tmp_path / "keys").write_text(content, encoding="utf-8")
    code, out, err, served = recsys("--port", str(port), "--api-key-file", str(tmp_path / "keys"))
    assert (code, out, served) == (1, "", [])
    assert says in err
    assert "kkkk" not in err
    assert "blanks" not in err


@pytest.mark.parametrize("key", ["", "short", "with a blank in the middle"])
def test_variables_without_a_usable_key_are_refused(recsys, port, monkeypatch, key):
    monkeypatch.setenv("RECSYS_API_KEY", key)
    code, out, err, served = recsys("--port", str(port))
    assert (code, out, served) == (1, "", [])
    assert "RECSYS_API_KEY" in err
    assert "openssl rand -hex 32" in err


def test_two_places_for_keys_are_refused(recsys, port, monkeypatch, tmp_path):
    monkeypatch.setenv("RECSYS_API_KEY", "k" * 32)
    (tmp_path / "keys").write_text("j" * 32)
    code, _, err, served = recsys("--port", str(port), "--api-key-file", str(tmp_path / "keys"))
    assert (code, served) == (1, [])
    assert "leave one of them out" in err


@pytest.mark.parametrize(
    "origin", ["shop.example", "https://shop.example/page", "ftp://shop.example", "null", "", "**"]
)
def test_what_is_no_origin_is_refused(recsys, port, origin):
    code, _, err, served = recsys("--port", str(port), "--cors-origin", origin)
    assert (code, served) == (1, [])
    assert "https://shop.example" in err


def test_origins_are_taken_as_browsers_send_them(recsys, port):
    told = ["--cors-origin", "HTTPS://Shop.example/", "--cors-origin", "http://[::1]:3000"]
    code, _, err, served = recsys("--port", str(port), *told)
    assert (code, err, len(served)) == (0, "", 1)


@pytest.mark.parametrize("host", ["127.0.0.2", "localhost"])
def test_every_loopback_address_is_this_machine(recsys, port, host):
    code, out, err, served = recsys("--host", host, "--port", str(port))
    assert (code, err, len(served)) == (0, "", 1)
    assert "warning" not in out


def test_a_taken_port_is_said_before_anything_else(recsys, port):
    with socket.create_server(("127.0.0.1", port)):
        code, out, err, served = recsys("--port", str(port))
    assert (code, out, served) == (1, "", [])
    assert f"can't listen at 127.0.0.1, port {port}" in err
    assert "--port" in err


@pytest.mark.parametrize("database", ["none.duckdb", "empty.duckdb", "text.duckdb"])
def test_what_can_t_be_read_is_said_before_anything_else(recsys, tmp_path, database):
    (tmp_path / "empty.duckdb").touch()
    (tmp_path / "text.duckdb").write_text("not a database " * 1000)
    code, out, err, served = recsys("--database", str(tmp_path / database))
    assert (code, out, served) == (1, "", [])
    assert "recsys build" in err


def test_a_host_without_an_address_is_said(recsys, monkeypatch):
    def fail(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(serve.socket, "getaddrinfo", fail)
    code, out, err, _ = recsys("--host", "nosuch")
    assert (code, out) == (1, "")
    assert "there is no address for --host 'nosuch'" in err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_it_serves_when_it_says_so_and_ends_on_ctrl_c(built: Path, port):
    with subprocess.Popen(  # noqa: S603 - our own command
        [str(Path(sys.executable).with_name("recsys")), "serve", "--port", str(port)],
        env={**os.environ, "RECSYS_DATABASE": str(built), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("Serving")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/champions") as answer:
            assert answer.status == 200
        time.sleep(0.1)
        server.send_signal(signal.SIGINT)
        _, err = server.communicate(timeout=60)
    assert (server.returncode, err) == (0, "")
