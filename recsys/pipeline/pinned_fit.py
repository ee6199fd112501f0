"""The setting `pinned_fit`: a fit serves on until the shop says otherwise."""

from __future__ import annotations

from recsys.errors import RecsysError
from recsys.pipeline.kept_fit import KeptFit

LAST = "last"
"""What pins the fit that is kept, whichever it is; anything else are the first letters of a run."""
SHORT = 8


def names_a_run(pin: str | None) -> bool:
    """Tell whether a pin says of which run the fit has to be.

    >>> names_a_run("5de8d3ce"), names_a_run(LAST), names_a_run(None)
    (True, False, False)
    """
    return bool(pin) and pin != LAST


def refuse_other_fit(pin: str | None, kept: KeptFit | None) -> None:
    """Refuse a build whose pin names a run, where the fit of that run isn't the one that is kept.

    Parameters
    ----------
    pin
        The setting; None: it isn't given.
    kept
        The fit that is kept; None: none is.

    Raises
    ------
    RecsysError
        Another fit is kept, or none.

    """
    if pin is None or not names_a_run(pin):
        return
    if kept is None:
        raise refusal(pin, "no fit is kept")
    if not kept.fit.run_id.startswith(pin):
        raise refusal(pin, f"the fit that is kept is that of run {kept.fit.run_id[:SHORT]}")


def refusal(pin: str, why: str) -> RecsysError:
    """Return the error of a build that can't serve on with the run that its pin names.

    Parameters
    ----------
    pin
        The setting.
    why
        Why the fit of that run can't serve.

    """
    return RecsysError(
        f"setting pinned_fit is {pin}, and its fit can't serve on: {why}. Nothing was published. "
        "Undo what keeps it from serving, or let a build fit: set pinned_fit to last or to "
        "nothing, or run `recsys build --full` once and pin its run"
    )


def replaced(pin: str | None, run_id: str) -> list[str]:
    """Return what is to be said where a build has fitted although its pin names another run.

    Parameters
    ----------
    pin
        The setting; None: it isn't given.
    run_id
        The run that fitted what was published.

    """
    if pin is None or not names_a_run(pin) or run_id.startswith(pin):
        return []
    return [
        f"setting pinned_fit is {pin}, and this build has fitted: the next builds are refused "
        f"until pinned_fit is {run_id[:SHORT]}, last or nothing"
    ]
