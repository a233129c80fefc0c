"""The answer at the top of the page: what is displaced, over the draws and for the likely values.

The draws come first. The plan for the likely values stands beside them, under both rules; until
draws are made it is all that is known, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.app.layout import paragraph, points, table
from planner.app.words import say
from planner.labels import label, named, number, rate, rough
from planner.results.losses import MIN_DISPLACEMENT, count_text, loser_sentence
from planner.tolerances import SHOWN
from planner.whatif import Picture
from planner.whatif.charts import Pictures, amount, each, small
from planner.whatif.outlook import Outlook

__all__ = ["Outlooks", "answer_of", "fill_of", "names_of"]

Outlooks = tuple[Outlook, Outlook]
"""Draws of plan and variant."""

NAMED = 3
"""Missions named."""

SINGLE = 1.5
"""Persons at a time below which a loss is that of a single post, stated in persons and months."""


def names_of(pictures: Pictures, lang: str) -> dict[str, str]:
    """Return what missions are called, by id: those of all pictures."""
    rows = (row for picture in pictures.values() for row in each(picture.missions))
    return {row.mission: named(row, lang, "mission_name") for row in rows}


def fill_of(picture: Picture, task: int) -> float:
    """Return the fill rate of a main task; NaN where nothing is asked."""
    rows = picture.fill[picture.fill["main_task"] == task]
    asked = float(rows["asked_person_months"].sum())
    return float(rows["filled_person_months"].sum()) / asked if asked > 0 else float("nan")


@dataclass(frozen=True, eq=False)
class AnswerText:
    """What an answer is made from, see :func:`answer_of`."""

    pictures: Pictures
    outlooks: Outlooks | None
    package: str
    title: str
    names: Mapping[str, str]
    lang: str
    drawing: str

    def say(self, key: str, **values: object) -> str:
        """Return a text of the page."""
        return say(key, self.lang, **values)

    @property
    def variant(self) -> Picture:
        """The picture that the answer is about."""
        return self.pictures["variant"]

    @property
    def drawn(self) -> Outlook | None:
        """Draws of the variant, if anything of it is uncertain."""
        if self.outlooks is None or not self.outlooks[1].uncertain:
            return None
        return self.outlooks[1]

    def called(self, mission: str) -> str:
        """Return the name of a mission."""
        return self.names.get(mission, mission)

    def html(self) -> str:
        """Return the answer as HTML."""
        if not self.package:
            first, rows = self._fills()
        elif self.package not in set(self.variant.packages["package"]):
            first, rows = self.say("answer_off", package=self.title), self._drawn_fill()
        else:
            first, rows = self._displaced()
        if self.drawn is None or self.drawing == "answer_more_draws":
            certain = self.outlooks is not None and not self.outlooks[1].uncertain
            said = self.say("answer_no_range" if certain else self.drawing)
            rows = [*rows, ("answer_certainty", said)]
        about = points((self.say(lead), text) for lead, text in rows)
        trust = paragraph(self.say("answer_trust"), "hint")
        return paragraph(first, "answer") + about + self._moves() + trust

    # without a package

    def _fills(self) -> tuple[str, list[tuple[str, str]]]:
        likely, drawn = self._likely_fill(), self._drawn_fill()
        if not drawn:
            return likely, []
        return drawn[0][1], [("answer_likely_lead", likely)]

    def _likely_fill(self) -> str:
        rows = self.variant.fill[self.variant.fill["main_task"] == 2]
        lacking = (rows["asked_person_months"] - rows["filled_person_months"]).to_numpy()
        order = [k for k in np.argsort(-lacking)[:NAMED] if lacking[k] > SHOWN]
        short = [self.called(rows["mission"].iloc[k]) for k in order]
        if not short:
            return self.say("answer_fill_all")
        share = rate(fill_of(self.variant, 2), self.lang, 0)
        return self.say("answer_fill", share=share, missions=", ".join(short))

    def _drawn_fill(self) -> list[tuple[str, str]]:
        """Return the range of the fill of main task 2 over the draws."""
        if self.drawn is None:
            return []
        fan = self.drawn.fan
        fan = fan[(fan["mission"] == "") & (fan["main_task"] == 2)]
        low, high = (rate(float(fan[name].mean()), self.lang, 0) for name in ("q05", "q95"))
        draws = number(self.drawn.draws, self.lang, 0)
        text = self.say("answer_fill_range", low=low, high=high, draws=draws)
        return [("answer_draws_lead", text)]

    # what a package displaces

    def _displaced(self) -> tuple[str, list[tuple[str, str]]]:
        likely = list(self._likely())
        if self.drawn is None:
            rows = [("answer_who_lead", " ".join(likely[1:]))] if likely[1:] else []
            return likely[0], rows
        found, lang = self.drawn.headlines[self.package], self.lang
        first = found.in_short(self.title, lang)
        ranges = self.drawn.by_ranges.get(self.package)
        rows = [("answer_when_lead", " ".join(found.when(lang)))]
        if ranges is not None:
            rows.append(("answer_ranges_lead", ranges.by_ranges(lang)))
        rows += [("answer_who_lead", text) for text in self._drawn_losers(self.drawn)]
        rows += [("answer_likely_lead", " ".join(likely))]
        rows += self._drawn_plan()
        return first, [row for row in rows if row[1]]

    def _moves(self) -> str:
        """Return the inputs that move displacement most over the draws, as a table."""
        drivers = () if self.drawn is None else self.drawn.drivers.get(self.package, ())
        if self.drawn is None or self.package not in self.drawn.headlines:
            return ""
        if not drivers:
            return paragraph(self.say("moves_none"), "hint")
        at = int(self.lang == "nl")

        def cell(share: float, turns: bool) -> str:
            return rate(share, self.lang, 0) + (" *" if turns else "")

        rows = [
            [
                self.drawn.inputs.get(one.factor, (one.factor, one.factor))[at],
                rate(one.explains, self.lang, 0),
                cell(one.chance_low, "low" in one.turns),
                cell(one.chance_high, "high" in one.turns),
            ]
            for one in drivers
        ]
        head = [self.say(key) for key in ("moves", "moves_part", "moves_low", "moves_high")]
        turned = "turn" if any(one.turns for one in drivers) else "stay"
        note = self.say(f"moves_{turned}_{'something' if drivers[0].mostly else 'nothing'}")
        return table(self.say("moves_title"), head, rows, "moves") + paragraph(note, "hint")

    def _drawn_losers(self, drawn: Outlook) -> Iterator[str]:
        """Yield who loses over the draws, by main task."""
        for task in (2, 1):
            found = drawn.losers[self.package, task]
            if not found:
                continue
            total = sum(one.person_months for one in found)
            parts = [loser_sentence(found, task, self.lang, self.called, NAMED)]
            if task == 1:
                parts.insert(0, self.say("answer_drawn_1", lost=rough(total, self.lang)))
            yield " ".join(parts)

    def _drawn_plan(self) -> Iterator[tuple[str, str]]:
        """Yield what the package displaces in the plan over the same draws, if that differs."""
        assert self.outlooks is not None
        plan, variant = self.outlooks
        if plan is variant or self.package not in plan.headlines:
            return
        found, lang = plan.headlines[self.package], self.lang
        numbers = {key: rough(getattr(found, key), lang) for key in ("mean", "q05", "q95")}
        chance = rate(found.chance, lang, 0)
        yield "answer_plan_lead", self.say("answer_drawn_plan", chance=chance, **numbers)

    def _likely(self) -> Iterator[str]:
        """Yield what the plan for the likely values displaces, from whom, and when."""
        lang, picture = self.lang, self.variant
        total = self._total(picture, 2)
        rule = label(picture.rule, lang)
        key = "answer_likely" if self.drawn is None else "answer_beside"
        key = key if total > -MIN_DISPLACEMENT else "answer_likely_gains"
        yield self.say(key, package=self.title, total=amount(abs(total), lang), rule=rule)
        yield from self._other_rule()
        lost_to = picture.displacement
        lost_to = lost_to[lost_to["package"] == self.package]
        if total >= MIN_DISPLACEMENT:
            early = lost_to.loc[lost_to["main_task"] == 2, "before_person_months"].sum()
            before, after = (amount(one, lang) for one in (early, total - early))
            yield self.say("answer_phase", before=before, after=after)
        for task in (2, 1):
            yield from self._likely_losers(lost_to[lost_to["main_task"] == task], task)
        yield from self._change()

    def _total(self, picture: Picture, task: int) -> float:
        rows = picture.packages.set_index("package")
        value = float(rows.loc[self.package, f"displaced_main_task_{task}"])  # type: ignore[arg-type]
        return 0.0 if abs(value) <= SHOWN else value

    def _other_rule(self) -> Iterator[str]:
        """Yield what the plan under the other rule displaces, once it is known."""
        if self.outlooks is None:
            return
        rows = self.outlooks[1].likely
        rows = rows[(rows["package"] == self.package) & (rows["rule"] != self.variant.rule)]
        for row in each(rows):
            rule, total = label(row.rule, self.lang), amount(row.displaced_main_task_2, self.lang)
            key = "answer_other_value" if row.rule == "value" else "answer_other_fair"
            yield self.say(key, rule=rule, total=total)

    def _likely_losers(self, lost_to: Any, task: int) -> Iterator[str]:
        lang, lost = self.lang, lost_to["displaced_person_months"]
        tiny = small(lost_to)
        whole = lost_to[~tiny & (lost > 0)].sort_values("displaced_person_months", ascending=False)
        listed = [
            self.say(
                "answer_loser" if row.most_persons >= SINGLE else "answer_post",
                mission=self.called(row.mission),
                lost=amount(row.displaced_person_months, lang),
                persons=count_text("person", row.most_persons, lang),
                months=count_text("month", row.months, lang),
            )
            for row in each(whole.head(NAMED))
        ]  # fmt: skip
        if len(whole) > NAMED:
            listed.append(self.say("answer_others", count=len(whole) - NAMED))
        if listed:
            total = amount(float(whole["displaced_person_months"].sum()), lang)
            yield self.say(f"answer_lost_{task}", total=total, list="; ".join(listed))
        rest = float(lost[tiny].sum())
        if rest >= MIN_DISPLACEMENT:
            yield self.say(f"answer_small_{task}", lost=amount(rest, lang))

    def _change(self) -> Iterator[str]:
        """Yield how what both main tasks lose differs from the plan."""
        plan = self.pictures["plan"]
        if self.package not in set(plan.packages["package"]):
            return
        now, before = (
            sum(self._total(one, task) for task in (1, 2)) for one in (self.variant, plan)
        )
        if abs(now - before) >= MIN_DISPLACEMENT:
            key = "answer_more" if now > before else "answer_less"
            yield self.say(key, change=amount(abs(now - before), self.lang))


def answer_of(
    pictures: Pictures,
    package: str,
    titles: Mapping[str, str],
    names: Mapping[str, str],
    outlooks: Outlooks | None,
    lang: str,
    drawing: str,
) -> str:
    """Return what the variant comes to: what is displaced, how likely, how far to trust it.

    Parameters
    ----------
    pictures : mapping of str to Picture
    package : str
        Empty where the scenario has none.
    titles, names : mapping of str to str
        What packages and missions are called.
    outlooks : (Outlook, Outlook) or None
    lang : {"en", "nl"}
    drawing : {"answer_drawing", "answer_on_request", "answer_more_draws", ""}
        What is to be said of draws that are still to come.
    """
    title = titles.get(package, "")
    return AnswerText(pictures, outlooks, package, title, names, lang, drawing).html()
