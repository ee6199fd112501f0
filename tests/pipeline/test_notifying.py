"""Whoever the shop file names is told, and nothing that fails there fails a build."""

import json
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest

from recsys.pipeline.drift_found import Deviation, Drift
from recsys.pipeline.notices import Champion, Notice, notices_of
from recsys.pipeline.notifying import notify, problems
from recsys.shop.notifications import Notification, Notifications, notifications_of

NOTICE = Notice("drift", "Drift: 1 alarm", {"alarms": [{"measure": "lines", "value": 10.0}]})
FACTS = {"run_id": "run-1", "database": "shop.duckdb"}
WRITES = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"


class Hook:
    """A server on this machine that remembers what is posted to it."""

    def __init__(self) -> None:
        self.status = 200
        self.location = ""
        self.wait = threading.Event()
        self.wait.set()
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.requests.append((self.path, dict(self.headers), json.loads(body)))
                hook.wait.wait(20)
                self.send_response(hook.status)
                if hook.location:
                    self.send_header("Location", hook.location)
                self.end_headers()

            def log_message(self, *given: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/secret-path"


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.wait.set()
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def told(tmp_path: Path, **given: Any) -> list[str]:
    notification = Notification(events=["drift"], **given)
    return notify(Notifications((notification,), tmp_path), [NOTICE], FACTS)


def test_a_command_reads_the_event_from_its_standard_input(tmp_path):
    """Its arguments are no shell's: nothing is expanded, nothing is started behind a semicolon."""
    name = "a; touch planted $(touch planted) `touch planted`"
    assert told(tmp_path, command=[sys.executable, "-c", WRITES, name]) == []
    body = json.loads((tmp_path / name).read_text())
    assert {key: body[key] for key in ("event", "text", "run_id", "database", "alarms")} == {
        "event": "drift",
        "text": "Drift: 1 alarm",
        "run_id": "run-1",
        "database": "shop.duckdb",
        "alarms": [{"measure": "lines", "value": 10.0}],
    }
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_command_of_one_text_is_split_without_a_shell(tmp_path):
    command = f"'{sys.executable}' -c \"{WRITES}\" 'two words; $HOME'"
    assert told(tmp_path, command=command) == []
    assert (tmp_path / "two words; $HOME").is_file()


def test_only_who_wants_an_event_is_told(tmp_path):
    wants = Notification(
        events=["build_failed"], command=[sys.executable, "-c", WRITES, "told.json"]
    )
    assert notify(Notifications((wants,), tmp_path), [NOTICE], FACTS) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["no-such-program-anywhere"], "No such file or directory"),
        ([sys.executable, "-c", "import sys; sys.exit('no mail server')"], "no mail server"),
        ([sys.executable, "-c", "import time; time.sleep(60)"], "took longer than 0.5 s"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows says it in other words")
def test_a_command_that_fails_is_said(tmp_path, command, says):
    [failure] = told(tmp_path, command=command, timeout_seconds=0.5)
    assert failure.startswith(f"the command {command[0]} wasn't told of drift: ")
    assert says in failure


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")
def test_what_a_command_started_ends_with_it(tmp_path):
    """Else it would hold what it inherited, and be waited for."""
    starts = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', "
        "'import time; time.sleep(60)']); print(child.pid, file=open('pid', 'w')); child.wait()"
    )
    [failure] = told(tmp_path, command=[sys.executable, "-c", starts], timeout_seconds=2)
    assert "took longer than 2 s" in failure
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 10
    while is_running(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_webhook_gets_the_event_with_headers_of_the_environment(tmp_path, hook, monkeypatch):
    monkeypatch.setenv("HOOK_TOKEN", "t0ken")
    headers = {"Authorization": "Bearer ${HOOK_TOKEN}"}
    assert told(tmp_path, webhook=hook.address, headers=headers) == []
    [(path, sent, body)] = hook.requests
    assert path == "/secret-path"
    assert sent["Authorization"] == "Bearer t0ken"
    assert sent["Content-Type"] == "application/json"
    assert (body["event"], body["run_id"]) == ("drift", "run-1")


def test_the_address_may_be_a_variable(tmp_path, hook, monkeypatch):
    monkeypatch.setenv("HOOK", hook.address)
    assert told(tmp_path, webhook="${HOOK}") == []
    assert len(hook.requests) == 1


def test_a_webhook_that_refuses_is_said_without_its_address(tmp_path, hook):
    hook.status = 403
    [failure] = told(tmp_path, webhook=hook.address)
    assert failure == "the webhook at 127.0.0.1 wasn't told of drift: it answered 403 Forbidden"


def test_a_webhook_is_not_followed_elsewhere(tmp_path, hook):
    """The other address would get headers that may be secret."""
    hook.status, hook.location = 307, hook.address + "/elsewhere"
    [failure] = told(tmp_path, webhook=hook.address)
    assert "it answered 307" in failure
    assert len(hook.requests) == 1


def test_a_webhook_that_does_not_answer_is_given_up(tmp_path, hook):
    hook.wait.clear()
    [failure] = told(tmp_path, webhook=hook.address, timeout_seconds=0.3)
    assert "took too long" in failure


def test_nobody_listens(tmp_path, hook):
    hook.server.socket.close()
    [failure] = told(tmp_path, webhook=hook.address)
    assert failure.startswith("the webhook at 127.0.0.1 wasn't told of drift: ")
    assert "secret" not in failure


@pytest.mark.parametrize(
    "address", ["https://[bad/secret", "http://exa mple/secret", "http://127.0.0.1:99999/secret"]
)
def test_an_address_that_cannot_be_is_said_without_it(tmp_path, monkeypatch, address):
    monkeypatch.setenv("HOOK", address)
    [failure] = told(tmp_path, webhook="${HOOK}")
    assert "secret" not in failure


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://example.org/x"])
def test_a_variable_that_holds_no_web_address_is_refused(tmp_path, monkeypatch, address):
    monkeypatch.setenv("HOOK", address)
    [failure] = told(tmp_path, webhook="${HOOK}")
    assert failure == "the webhook ${HOOK} wasn't told of drift: it is no address of http or https"


def test_a_variable_that_is_not_set_is_said_before_and_after(tmp_path, monkeypatch):
    monkeypatch.delenv("HOOK", raising=False)
    notifications = Notifications((Notification(events=["drift"], webhook="${HOOK}"),), tmp_path)
    said = "HOOK isn't set in the environment"
    assert problems(notifications) == [f"the webhook ${{HOOK}} can't be told of drift: {said}"]
    assert notify(notifications, [NOTICE], FACTS) == [
        f"the webhook ${{HOOK}} wasn't told of drift: {said}"
    ]


def test_a_program_that_is_not_there_is_said_before(tmp_path):
    (tmp_path / "tell.sh").write_text("#!/bin/sh\n", "utf-8")
    (tmp_path / "tell.sh").chmod(0o755)
    commands = ("no-such-program-anywhere", "./tell.sh", "./other.sh", sys.executable)
    notifications = Notifications(
        tuple(Notification(events=["drift"], command=[command]) for command in commands), tmp_path
    )
    assert problems(notifications) == [
        "the command no-such-program-anywhere can't be told of drift: no such program is on the "
        "PATH",
        f"the command ./other.sh can't be told of drift: {tmp_path / 'other.sh'} is no program "
        "that this user can start",
    ]


def test_an_entry_that_is_wrong_silences_no_other(tmp_path):
    """The build fails of it, which the others are told."""
    file = tmp_path / "shop.yml"
    file.write_text(
        "notify:\n"
        "  - {events: build_failed, comand: mail}\n"
        "  - mail\n"
        "  - {events: build_failed, command: mail ops}\n",
        encoding="utf-8",
    )
    assert [one.command for one in notifications_of(file).notify] == [["mail", "ops"]]
    for nobody in ("notify: mail", "notify: {events: drift, command: mail}", "notify:"):
        file.write_text(nobody, encoding="utf-8")
        assert notifications_of(file).notify == ()


def champion(recommender: str, value: float | None, high: float | None, k: int = 10) -> Champion:
    return Champion("discover", recommender, "ndcg", k, value, 0.0, high, "it is better")


@pytest.mark.parametrize(
    ("before", "now", "events"),
    [
        (champion("hybrid", 0.06, 0.07), champion("hybrid", 0.055, 0.065), []),
        # the interval ends below what it was
        (champion("hybrid", 0.06, 0.07), champion("hybrid", 0.05, 0.059), ["quality_fell"]),
        (champion("hybrid", 0.06, 0.07), champion("popularity", 0.06, 0.07), ["champion_changed"]),
        # metrics that aren't the same aren't compared
        (champion("hybrid", 0.06, 0.07), champion("hybrid", 0.05, 0.059, k=5), []),
        (champion("hybrid", None, None), champion("hybrid", 0.05, 0.059), []),
    ],
)
def test_what_is_told_of_champions(before, now, events):
    found = notices_of({"discover": before}, {"discover": now}, Drift())
    assert [notice.event for notice in found] == events


def test_what_is_told_of_drift():
    lines = Deviation("lines", "purchases", 1020.0, 2040.0, -9.5, "alarm")
    [notice] = notices_of({}, {}, Drift(48, 30, alarms=(lines,)))
    assert notice.event == "drift"
    assert notice.text == (
        "Drift: 1 alarm of 48 measures: lines of purchases 1,020 (expected 2,040)"
    )
    assert notice.details["alarms"][0]["deviation"] == -9.5


def test_who_is_told_is_read_of_a_shop_file_with_other_faults(tmp_path):
    """The build fails of them, and just that is to be told."""
    file = tmp_path / "shop.yml"
    notify_key = "notify:\n  - events: build_failed\n    command: mail ops\n"
    file.write_text(f"name: x\npurchases: 7\n{notify_key}", encoding="utf-8")
    read = notifications_of(file)
    assert read.folder == tmp_path
    assert [one.command for one in read.notify] == [["mail", "ops"]]
    for text in ("a: [", "notify: 7", "notify:\n  - events: soon\n    command: mail\n"):
        file.write_text(text, encoding="utf-8")
        assert notifications_of(file).notify == ()
    assert notifications_of("complete_journey").notify == ()
    assert notifications_of(None).notify == ()
