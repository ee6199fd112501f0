"""Telling commands and webhooks of a notice: what fails there is said, and fails no build."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from recsys import __version__
from recsys.pipeline.notices import Notice
from recsys.shop.notifications import SCHEMES, Notification, Notifications, filled_in
from recsys.storage.disk import reason

LONGEST_ANSWER = 200
"""Letters of a command's error that are repeated."""


def notify(
    notifications: Notifications, notices: Sequence[Notice], facts: Mapping[str, Any]
) -> list[str]:
    """Tell everyone who wants to be told, one after the other; return whom it couldn't.

    Parameters
    ----------
    notifications
        Who wants to be told of what.
    notices
        What happened.
    facts
        What is told with every notice, such as the run.

    """
    failures = []
    for notice in notices:
        body = _body(notice, facts)
        for notification in notifications.notify:
            if notice.event in notification.events:
                failure = _tell(notification, body, notifications)
                if failure:
                    who = name_of(notification)
                    failures.append(f"{who} wasn't told of {notice.event}: {failure}")
    return failures


def problems(notifications: Notifications) -> list[str]:
    """Return who can't be told, as far as that is known before a build."""
    return [
        f"{name_of(notification)} can't be told of {', '.join(notification.events)}: {why}"
        for notification in notifications.notify
        if (why := _why_not(notification, notifications.folder))
    ]


def _why_not(notification: Notification, folder: Path) -> str | None:
    missing = notification.missing_variables()
    if missing:
        return _not_set(missing)
    if notification.command is None:
        return None
    program = notification.command[0]
    if Path(program).name == program:
        return None if shutil.which(program) else "no such program is on the PATH"
    found = shutil.which(folder / program)  # where it is started; an absolute path stays one
    return None if found else f"{folder / program} is no program that this user can start"


def name_of(notification: Notification) -> str:
    """Return what a notification is called in messages: the address may be a secret.

    >>> name_of(Notification(events=["drift"], webhook="https://example.org/T0/B1/secret"))
    'the webhook at example.org'
    >>> name_of(Notification(events=["drift"], webhook="${HOOK}"))
    'the webhook ${HOOK}'
    """
    if notification.command is not None:
        return f"the command {notification.command[0]}"
    address = notification.webhook or ""
    if "${" in address:
        return f"the webhook {address[address.index('${') : address.index('}') + 1]}"
    return f"the webhook at {urlsplit(address).hostname}"


def _body(notice: Notice, facts: Mapping[str, Any]) -> bytes:
    told = {
        "event": notice.event,
        "text": notice.text,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "package_version": __version__,
        **facts,
        **notice.details,
    }
    return json.dumps(told, default=str).encode()


def _tell(notification: Notification, body: bytes, notifications: Notifications) -> str | None:
    missing = notification.missing_variables()
    if missing:
        return _not_set(missing)
    try:
        if notification.command is not None:
            return _start(notification, body, notifications)
        return _post(notification, body)
    except (OSError, ValueError, HTTPException) as error:
        return _without_address(error)


def _start(notification: Notification, body: bytes, notifications: Notifications) -> str | None:
    command, seconds = notification.command or [], notification.timeout_seconds
    # no pipe for what it prints: what it starts could hold that open when it has ended
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 - what the shop file says, without a shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
            cwd=notifications.folder,
            start_new_session=True,
        ) as process,
    ):
        try:
            process.communicate(body, timeout=seconds)
        except subprocess.TimeoutExpired:
            return f"it took longer than {seconds:g} s and was ended"
        finally:
            _end(process)
        if process.returncode == 0:
            return None
        said.seek(0)
        error = " ".join(said.read().decode(errors="replace").split())[-LONGEST_ANSWER:]
    return f"it ended with exit code {process.returncode}{f': {error}' if error else ''}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command that still runs, with all that it started."""
    if process.poll() is not None:
        return
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _post(notification: Notification, body: bytes) -> str | None:
    address = filled_in(notification.webhook or "")
    if not address.startswith(SCHEMES):
        return "it is no address of http or https"
    headers = {name: filled_in(text) for name, text in notification.headers.items()}
    request = urllib.request.Request(  # noqa: S310 - of http or https
        address,
        data=body,
        method="POST",
        headers={
            "Content-Type": "application/json",
            "User-Agent": f"recsys/{__version__}",
            **headers,
        },
    )
    answer: list[str | None] = []

    def post() -> None:
        answer.append(_answer(request, notification.timeout_seconds))

    # the limit of a socket is for each of its reads: who answers letter by letter keeps it waiting
    thread = threading.Thread(target=post, daemon=True)
    thread.start()
    thread.join(notification.timeout_seconds + 1)
    return answer[0] if answer else "it took too long"


def _answer(request: urllib.request.Request, seconds: float) -> str | None:
    opener = urllib.request.build_opener(_NoRedirects)
    try:
        with opener.open(request, timeout=seconds):
            return None
    except urllib.error.HTTPError as error:
        with error:
            return f"it answered {error.code} {error.reason}"
    except (OSError, ValueError, HTTPException) as error:
        return _without_address(error)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Another address isn't followed: it would get the headers, which may hold a secret."""

    def redirect_request(self, *of_answer: object) -> None:
        return None


def _without_address(error: BaseException) -> str:
    """Return what went wrong without what may be a secret: messages of URL parsers repeat it."""
    if isinstance(error, urllib.error.URLError):
        return reason(error.reason) if isinstance(error.reason, OSError) else "it can't be reached"
    if isinstance(error, OSError):
        return "it took too long" if isinstance(error, TimeoutError) else reason(error)
    return "its address or one of its headers can't be used"


def _not_set(names: Sequence[str]) -> str:
    isnt = "isn't" if len(names) == 1 else "aren't"
    return f"{' and '.join(names)} {isnt} set in the environment"
