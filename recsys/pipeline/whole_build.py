"""A build of everything: what it is made of, how far it has come, and whether it goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from recsys.errors import RecsysError
from recsys.pipeline.build_events import NodeFinished, Refreshes, WentOn
from recsys.pipeline.build_failure import core_message, has_ended_early
from recsys.pipeline.drift_found import drift_of
from recsys.pipeline.fingerprint import Fingerprint, fingerprint
from recsys.pipeline.fit import Fit
from recsys.pipeline.journal import Begun, Journal, Step, size_and_time
from recsys.pipeline.kept_fit import (
    PIN,
    SETTING,
    KeptFit,
    ended_by,
    forget_fit,
    keep_fit,
    kept_fit,
    refit_settings,
    why_fit_anew,
)
from recsys.pipeline.last_published import last_published
from recsys.pipeline.pinned_fit import names_a_run, refusal, refuse_other_fit
from recsys.pipeline.refresh import CHECK, REFIT_MARK, Refresh, begun_refresh, give_back
from recsys.pipeline.remains import Remains, remains_of
from recsys.storage.file_state import FileState
from recsys.storage.work_folder import unpublished, work_folder

DONE_WELL = {"success", "pass", "warn"}
"""dbt's status of a step that needn't end a build."""
OFF = "0"
"""The setting refit_after_days of builds that keep no fit."""


class WholeBuild:
    """What is remembered of a build while it runs; nothing where it is of some tables only."""

    def __init__(self, database: Path, made_of: Fingerprint | None, *, full: bool) -> None:
        """Remember nothing yet.

        Parameters
        ----------
        database
            The file itself, not a symbolic link to it.
        made_of
            What it is made of; None: of some tables only, or something couldn't be looked at.
        full
            Whether it starts anew, whatever another has left.

        """
        self.made_of = made_of
        self.remains: Remains | None = None
        """What it goes on from; None: from nothing."""
        self.refresh: Refresh | None = None
        """What of an earlier fit serves on; None: it fits, or goes on from a build that ended."""
        self.why_fit_anew: str | None = None
        """Why a fit that is kept serves no more; None: there is none, or it may serve."""
        self.before: FileState | None = None
        """The state of the published file that its copy was made from."""
        self._database = database
        self._full = full
        self._journal = Journal(unpublished(database))

    def goes_on(self, state: FileState | None) -> bool:
        """Look for what another has left or fitted, and tell whether its copy is gone on with.

        Raises:
            RecsysError: the fit of the run that the setting pinned_fit names can't serve on.

        """
        if self.made_of is not None and not self._full:
            self.remains = remains_of(self._database, state, self.made_of)
            if self.remains is None:
                self._look_for_a_fit(self.made_of, state)
        return self._done is not None

    def _look_for_a_fit(self, made_of: Fingerprint, state: FileState | None) -> None:
        kept = kept_fit(self._database)
        refuse_other_fit(self.pin, kept)
        is_off = made_of.settings.get(SETTING, OFF) == OFF and self.pin is None
        if kept is None or is_off:
            return
        self.why_fit_anew = why_fit_anew(kept, made_of, state)
        if self.why_fit_anew is None:
            self.refresh = begun_refresh(self._database, kept)
            if self.refresh is None:
                self.why_fit_anew = "what was kept of the fit isn't there whole"
        if self.why_fit_anew is not None:
            self._refuse_pinned(self.why_fit_anew)

    @property
    def pin(self) -> str | None:
        """The setting pinned_fit; None: it isn't given."""
        return None if self.made_of is None else self.made_of.settings.get(PIN) or None

    def _refuse_pinned(self, why: str) -> None:
        """Refuse to fit anew where the setting pinned_fit names the run whose fit can't serve."""
        if self.pin is not None and names_a_run(self.pin):
            raise refusal(self.pin, why)

    @property
    def _done(self) -> Remains | Refresh | None:
        """What needn't be done."""
        return self.remains or self.refresh

    @property
    def fit(self) -> Fit | None:
        """The earlier build whose fit it serves on with; None: it fits by itself."""
        if self.remains is not None:
            return self.remains.begun.fit
        return self.refresh.kept.fit if self.refresh else None

    def begin(self, run_id: str) -> None:
        """Write down that it began."""
        if self.made_of is not None and self.remains is None:
            now, database = datetime.now(UTC), size_and_time(self.before)
            self._journal.begin(
                Begun(
                    run_id=run_id,
                    started_at=now,
                    made_of=self.made_of,
                    database=database,
                    fit=self.fit,
                )
            )

    def add(self, node: NodeFinished) -> None:
        """Write down that a step ended well."""
        if self.made_of is not None and node.status in DONE_WELL:
            self._journal.add(Step(node.node, node.name, node.status, node.seconds))

    def fail(self, error: BaseException | None, finished: Sequence[NodeFinished]) -> bool:
        """Take note that it failed, and tell whether the next can go on from what it has made.

        What failed while it went on from another isn't gone on with once more, unless that was for
        want of room or of time: whatever the other had left may be why.
        """
        has_room = not has_ended_early(error, finished)
        if self.refresh is not None and has_room and give_back(self._database, self.refresh):
            return False
        if self.remains is not None and has_room:
            self._journal.forget()
        made_nothing = not any(node.status == "success" for node in finished)
        if self.remains is None and made_nothing:
            unpublished(self._database).unlink(missing_ok=True)  # nothing in it to look at
        if self.made_of is None or error is not None:
            return False
        return remains_of(self._database, self.before, self.made_of) is not None

    def refit_due(self, finished: Sequence[NodeFinished]) -> str | None:
        """Return why the fit that it serves on with serves no more, where the build found that.

        Raises:
            RecsysError: the setting pinned_fit names its run. The fit is kept.

        """
        for node in finished:
            _, mark, why = core_message(node.message).partition(REFIT_MARK)
            if node.name == CHECK and node.status == "error" and mark and self.fit is not None:
                if self.refresh is not None and names_a_run(self.pin):
                    give_back(self._database, self.refresh)
                self._refuse_pinned(why)
                return why
        return None

    def keeper(self, of_dbt: str, of: Fingerprint | None) -> Callable[[FileState | None], None]:
        """Return what is to be called once it is published, with the state of the new file.

        It keeps the copy and what is fitted, if later builds are to serve on with that.

        Parameters
        ----------
        of_dbt
            dbt's id of the run.
        of
            What it was made of.

        """
        found = refit_settings(unpublished(self._database)) if of is not None else None

        def keep(state: FileState | None) -> None:
            if of is None or found is None or not found.keeps_fit:
                forget_fit(self._database)
                return
            run_id, now = self.run_id(of_dbt), datetime.now(UTC)
            fit = self.fit or Fit(run_id=run_id, fitted_at=now, as_of=found.as_of, made_of=of)
            # a fit of today knows what has drifted
            ended = ended_by(drift_of(self._database)) if self.fit else None
            kept = KeptFit(
                fit=fit,
                days=found.days,
                database=size_and_time(state),
                ended=ended,
                is_pinned=found.is_pinned,
            )
            if ended is None or found.is_pinned:
                keep_fit(self._database, kept, is_new=self.fit is None)
            else:
                forget_fit(self._database, kept)

        return keep

    def run_id(self, of_dbt: str) -> str:
        """Return the build's run; `of_dbt` is that of dbt's own."""
        return of_dbt if self.remains is None else self.remains.begun.run_id

    def as_run(self) -> Mapping[str, object] | None:
        """Return what dbt's macros are told; None where nothing is remembered."""
        if self.made_of is None:
            return None
        return {} if self._done is None else self._done.as_run()

    @property
    def seconds_before(self) -> Mapping[str, float]:
        """Seconds of the steps that were done before it started, by their names."""
        return {} if self._done is None else self._done.seconds

    @property
    def steps_done(self) -> int:
        """How many steps were done before it started."""
        return 0 if self._done is None else len(self._done.names)

    def went_on(self) -> WentOn | Refreshes | None:
        """Return the event that it goes on from another or its fit; None where it doesn't."""
        if self.refresh is not None:
            fit = self.refresh.kept.fit
            steps = frozenset(self.refresh.names)
            return Refreshes(fit.run_id, fit.as_of, steps, is_pinned=self.pin is not None)
        if self.remains is None:
            return None
        begun = self.remains.begun
        return WentOn(begun.run_id, begun.started_at, frozenset(self.remains.names))

    def left_out(self) -> list[str]:
        """Return the arguments for dbt that leave out what is done, and nothing else."""
        if self._done is None:
            return []
        # by itself a test goes with each of its models
        left_out = ["--indirect-selection", "empty"]
        for node in self._done.nodes:
            left_out += ["--exclude", node]
        return left_out


def made_of(
    database: Path, shop: Path | str | None, variables: Mapping[str, object], project: Path
) -> Fingerprint | None:
    """Return what a build is made of; None where that can't be read, which the build will say.

    Parameters
    ----------
    database
        The file itself, not a symbolic link to it.
    shop, variables
        See `recsys.pipeline.build.build`.
    project
        The folder of the dbt project.

    """
    before = last_published(database)
    try:
        work = work_folder(database)
        return fingerprint(shop, variables, project, work, before.made_of if before else None)
    except (RecsysError, OSError):
        return None
