"""The board: what a scenario comes to, plan against mine, in figures, charts and tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import panel as pn

from planner.app.charts import FillChart, LostChart, TimeChart, fill_table, lost_table, time_table
from planner.app.controls import labels
from planner.app.heat import BindChart, bind_table
from planner.app.markup import paragraph
from planner.app.parts import card, text, under
from planner.app.tables import (
    bind_rows,
    each,
    fill_rows,
    headline,
    lost_rows,
    names_of,
    time_rows,
)
from planner.app.words import say
from planner.labels import named
from planner.whatif import Picture

__all__ = ["Board", "Folded"]

TASKS = ("2", "1")
"""What the timeline may show beside single missions."""


class Folded:
    """A table below a chart for those who ask for it; made only while it is open."""

    def __init__(self, lang: str):
        """Begin closed."""
        self._pane = text()
        self._make: Callable[[], str] = str
        self.card = card(say("as_table", lang), self._pane, collapsed=True)
        self.card.param.watch(lambda _: self._fill(), "collapsed")

    def show(self, make: Callable[[], str]) -> None:
        """Show what a function makes, when it is asked for."""
        self._make = make
        self._fill()

    def _fill(self) -> None:
        if not self.card.collapsed:
            self._pane.object = self._make()


class Board:
    """Headline, fill, displacement, bottlenecks and timeline.

    Parameters
    ----------
    lang : str
    picked : callable
        Called with ``"mission"``, ``"package"`` and what was chosen.
    """

    def __init__(self, lang: str, picked: Callable[[str, str], None]):
        """Lay out an empty board."""
        self.lang, self._picked, self._quiet = lang, picked, False
        self.plan: Picture | None = None
        self.mine: Picture | None = None
        self.names: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self.fill, self.lost = FillChart(lang), LostChart(lang)
        self.binds, self.time = BindChart(lang), TimeChart(lang)
        self.folded = {name: Folded(lang) for name in ("fill", "lost", "binds", "time")}
        self.notes = {name: text() for name in ("lost", "binds")}
        self.head = text()
        choice = {"sizing_mode": "stretch_width", "margin": (4, 0)}
        self.package = pn.widgets.Select(name=say("lost_package", lang), **choice)
        self.what = pn.widgets.Select(name=say("mission_shown", lang), **choice)
        self.package.param.watch(lambda event: self._chosen("package", event.new), "value")
        self.what.param.watch(lambda event: self._chosen("mission", event.new), "value")
        self.fill.on_pick(lambda id: self._chosen("mission", id))
        self.lost.on_pick(lambda id: self._chosen("mission", id))

    def parts(self) -> dict[str, Any]:
        """Return what stands on the page, by name."""
        charts = {name: getattr(self, name).figure for name in self.folded}
        extra = {
            "fill": (text(paragraph(say("fill_axis", self.lang), "hint")),),
            "lost": (self.notes["lost"], self.package),
            "binds": (self.notes["binds"],),
            "time": (self.what,),
        }
        return {"headline": self.head} | {
            name: under(
                say(f"{name}_title", self.lang), charts[name], *extra[name], self.folded[name].card
            )
            for name in charts
        }

    def _chosen(self, which: str, value: str | None) -> None:
        if value is not None and not self._quiet:
            self._picked(which, value)

    def show(self, plan: Picture, mine: Picture, what: str, package: str) -> tuple[str, str]:
        """Show two pictures; return the mission and the package that are shown.

        Parameters
        ----------
        what, package : str
            What was chosen: a mission or the number of a main task, and a package; the first
            there is where it is not among those of the pictures.
        """
        self.plan, self.mine = plan, mine
        self.names = names_of(plan, mine, self.lang)
        what, package = self._choices(what, package)
        self.head.object = headline(plan, mine, self.lang)
        self.fill.show(plan, mine, self.names)
        lost = self.lost.show(plan, mine, self.names, package)
        self.lost.figure.visible = lost
        said = say("lost_axis" if lost else "lost_none", self.lang)
        self.notes["lost"].object = paragraph(said, "hint")
        pools = {row.pool: named(row, self.lang, "pool_name") for row in each(mine.pools)}
        binds = self.binds.show(plan, mine, pools)
        self.binds.figure.visible = binds
        note = say("binds_axis" if binds else "binds_none", self.lang)
        self.notes["binds"].object = paragraph(note, "hint")
        self.time.show(plan, mine, what)
        self._fold(plan, mine, what, package, pools)
        return what, package

    def _choices(self, what: str, package: str) -> tuple[str, str]:
        """Fill the lists to choose from; return what is chosen."""
        assert self.plan is not None
        assert self.mine is not None
        tasks = {task: say("all_of_task", self.lang, task=task) for task in TASKS}
        options = labels({**tasks, **self.names})
        rows = [*each(self.plan.packages), *each(self.mine.packages)]
        self.titles = {row.package: named(row, self.lang, "title") for row in rows}
        packages = labels(self.titles)
        what = what if what in options.values() else TASKS[0]
        known = list(packages.values())
        package = package if package in known else (known[0] if known else "")
        self._quiet = True
        self.what.param.update(options=options, value=what)
        self.package.param.update(options=packages, value=package or None)
        self.package.visible = len(known) > 1
        self._quiet = False
        return what, package

    def _fold(
        self, plan: Picture, mine: Picture, what: str, package: str, pools: dict[str, str]
    ) -> None:
        lang, names = self.lang, self.names
        self.folded["fill"].show(lambda: fill_rows(fill_table(plan, mine), names, lang))
        self.folded["lost"].show(
            lambda: lost_rows(lost_table(plan, mine, package, None), names, lang)
        )
        self.folded["binds"].show(lambda: bind_rows(bind_table(plan, mine), pools, lang))
        self.folded["time"].show(lambda: time_rows(time_table(plan, mine, what), lang))
