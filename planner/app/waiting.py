"""Long work on the page: how far it is, and a button that stops it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import panel as pn

from planner.app.jobs import Job, Jobs, State
from planner.app.markup import box, paragraph
from planner.app.parts import FULL, button, text
from planner.app.words import say
from planner.errors import InputError, PlannerError
from planner.labels import number

__all__ = ["Waiting"]

OFTEN = 200
"""Milliseconds between two looks at a job."""

log = logging.getLogger(__name__)


class Waiting:
    """One job at a time, started here: progress, the time it still takes, and a stop.

    Parameters
    ----------
    lang : str
    jobs : Jobs
        The queue that all visitors share.
    """

    def __init__(self, lang: str, jobs: Jobs):
        """Begin with nothing to do."""
        self.lang, self._jobs = lang, jobs
        self._job: Job | None = None
        self._done: Callable[[Any], None] = print
        self._clock: Any = None
        self._bar = pn.indicators.Progress(value=0, max=100, sizing_mode="stretch_width", margin=0)
        self._said = text()
        self._stop = button(say("stop", lang))
        self._stop.on_click(lambda _: self.stop())
        self._work = pn.Row(self._stop, self._bar, visible=False, **FULL)
        self.part = pn.Column(self._said, self._work, **FULL)

    def start(self, done: Callable[[Any], None], fn: Callable[..., Any], *args: Any) -> None:
        """Have long work done; a job that runs is stopped, the newer one counts.

        Parameters
        ----------
        done : callable
            Given what came of it, if it came to an end.
        fn, *args
            A function of the package and what it is given, beside ``progress``.
        """
        self.stop()
        self._done = done
        self._job = self._jobs.start(fn, *args)
        self._work.visible = True
        self._look()
        self._clock = pn.state.add_periodic_callback(self._look, period=OFTEN)

    def stop(self) -> None:
        """Stop what runs, if anything does."""
        if self._job is not None:
            self._job.stop()
            self._over(paragraph(say("job_stopped", self.lang), "hint"))

    def close(self) -> None:
        """Stop what runs for a visitor who is gone."""
        if self._job is not None:
            self._job.stop()
            self._job = None

    def _over(self, said: str) -> None:
        self._job = None
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
        self._work.visible = False
        self._said.object = said

    def _look(self) -> None:
        if self._job is None:
            return
        state = self._job.poll()
        if not state.over:
            self._tell(state)
        elif state.error is not None:
            self._over(self._wrong(state.error))
        else:
            self._over("")
            self._done(state.result)

    def _tell(self, state: State) -> None:
        lang = self.lang
        if state.phase == "waiting":
            assert self._job is not None
            words = say("job_waiting", lang, count=self._jobs.ahead(self._job))
        elif not state.total:
            words = say("job_starting", lang)
        else:
            done, total = (number(count, lang, 0) for count in (state.done, state.total))
            words = say("job_running", lang, done=done, total=total)
            if state.seconds >= 0:
                words += ", " + say("job_left", lang, seconds=number(state.seconds, lang, 0))
        share = round(100 * state.done / state.total) if state.total else 0
        if self._bar.value != share:
            self._bar.value = share
        said = paragraph(words, "busy")
        if self._said.object != said:
            self._said.object = said

    def _wrong(self, error: Exception) -> str:
        if isinstance(error, PlannerError):
            faults = error.faults if isinstance(error, InputError) else [error]
            return box(say("wrong", self.lang), map(str, faults), alarm=True)
        log.error("long work failed: %s", error)
        return box(say("unexpected", self.lang), [], alarm=True)
