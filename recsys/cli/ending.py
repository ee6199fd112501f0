"""A command ends on SIGTERM and SIGHUP as it does on Ctrl-C: what it has open is put away."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

from recsys.cli.output import print_error
from recsys.storage.scratch import close_all

PATIENCE_SECONDS = 10.0
"""How long what runs may take to let go; service managers kill after 30 or 90."""
ENDING = ("SIGTERM", "SIGHUP")


class Terminated(KeyboardInterrupt):
    """A signal asked the command to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


_received: list[int] = []
_said: list[int] = []


def end_on_signals() -> None:
    """Let SIGTERM, and SIGHUP unless it is ignored as below nohup, end the command like Ctrl-C."""
    for name in ENDING:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def exit_if_ended() -> None:
    """Exit with 128 and the signal's number if one has arrived, and say so."""
    if _received:
        number = _received[0]
        _say(number)
        workers = sys.modules.get("recsys.compute.workers")
        if workers is not None:
            workers.stop()  # the interpreter would wait for what they fit
        sys.exit(128 + number)


def _end(number: int, frame: FrameType | None) -> None:
    if not _received:
        # C code may not notice an exception for minutes; workers end with this process
        last = threading.Timer(PATIENCE_SECONDS, _give_up, [number])
        last.daemon = True
        last.start()
    _received.append(number)
    raise Terminated(number)


def _give_up(number: int) -> None:
    _say(number)
    sys.stderr.flush()
    close_all()
    os._exit(128 + number)


def _say(number: int) -> None:
    if not _said:
        _said.append(number)
        print_error(f"ended by {signal.Signals(number).name} before it was done")
