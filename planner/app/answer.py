"""The answer at the top of the page: displacement over the draws and for the likely values.

Results of the draws come first, followed by the plan for the likely values under both rules. Until
draws exist the answer is about that plan only, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.app.layout import definition_list, paragraph, table
from planner.app.words import say
from planner.labels import label, named, number, rate, rough
from planner.results.losses import MIN_DISPLACEMENT, count_text, loser_sentence
from planner.tolerances import SHOWN
from planner.whatif import PlanSummary
from planner.whatif.charts import PlanSummaries, amount, iter_rows, negligible
from planner.whatif.outlook import EnsemblePair, EnsembleSummary

__all__ = ["answer_html", "mission_names", "task_fill_rate"]

MAX_NAMED = 3
"""Maximum number of missions named."""

SINGLE_POST_PERSONS = 1.5
"""Persons in a month below which a loss is stated as that of a single post."""


def mission_names(summaries: PlanSummaries, lang: str) -> dict[str, str]:
    """Return the names of the missions of all summaries, by id."""
    rows = (row for summary in summaries.values() for row in iter_rows(summary.missions))
    return {row.mission: named(row, lang, "mission_name") for row in rows}


def task_fill_rate(summary: PlanSummary, task: int) -> float:
    """Return the fill rate of a main task; NaN where nothing is asked."""
    rows = summary.fill[summary.fill["main_task"] == task]
    asked = float(rows["asked_person_months"].sum())
    return float(rows["filled_person_months"].sum()) / asked if asked > 0 else float("nan")


@dataclass(frozen=True, eq=False)
class AnswerText:
    """The answer as text; see :func:`answer_html` for the fields."""

    summaries: PlanSummaries
    ensembles: EnsemblePair | None
    package: str
    title: str
    names: Mapping[str, str]
    lang: str
    status_key: str

    def say(self, key: str, **values: object) -> str:
        """Return a text of the page in the language of the answer."""
        return say(key, self.lang, **values)

    @property
    def variant(self) -> PlanSummary:
        """Summary of the plan of the variant."""
        return self.summaries["variant"]

    @property
    def ensemble(self) -> EnsembleSummary | None:
        """Summary of the draws of the variant, if any parameter is uncertain."""
        if self.ensembles is None or not self.ensembles[1].uncertain:
            return None
        return self.ensembles[1]

    def mission_name(self, mission: str) -> str:
        """Return the name of a mission."""
        return self.names.get(mission, mission)

    def html(self) -> str:
        """Return the answer as HTML."""
        if not self.package:
            first, rows = self._without_package()
        elif self.package not in set(self.variant.packages["package"]):
            first, rows = self.say("answer_off", package=self.title), self._ensemble_fill()
        else:
            first, rows = self._displaced()
        if self.ensemble is None or self.status_key == "answer_more_draws":
            certain = self.ensembles is not None and not self.ensembles[1].uncertain
            status = self.say("answer_no_range" if certain else self.status_key)
            rows = [*rows, ("answer_certainty", status)]
        details = definition_list((self.say(lead), text) for lead, text in rows)
        trust = paragraph(self.say("answer_trust"), "hint")
        return paragraph(first, "answer") + details + self._drivers_table() + trust

    # without a package

    def _without_package(self) -> tuple[str, list[tuple[str, str]]]:
        likely, rows = self._likely_fill(), self._ensemble_fill()
        if not rows:
            return likely, []
        return rows[0][1], [("answer_likely_lead", likely)]

    def _likely_fill(self) -> str:
        rows = self.variant.fill[self.variant.fill["main_task"] == 2]
        lacking = (rows["asked_person_months"] - rows["filled_person_months"]).to_numpy()
        order = [k for k in np.argsort(-lacking)[:MAX_NAMED] if lacking[k] > SHOWN]
        short = [self.mission_name(rows["mission"].iloc[k]) for k in order]
        if not short:
            return self.say("answer_fill_all")
        share = rate(task_fill_rate(self.variant, 2), self.lang, 0)
        return self.say("answer_fill", share=share, missions=", ".join(short))

    def _ensemble_fill(self) -> list[tuple[str, str]]:
        """Return the range of the fill rate of main task 2 over the draws."""
        if self.ensemble is None:
            return []
        fan = self.ensemble.fan
        fan = fan[(fan["mission"] == "") & (fan["main_task"] == 2)]
        low, high = (rate(float(fan[name].mean()), self.lang, 0) for name in ("q05", "q95"))
        draws = number(self.ensemble.draws, self.lang, 0)
        text = self.say("answer_fill_range", low=low, high=high, draws=draws)
        return [("answer_draws_lead", text)]

    # displacement by a package

    def _displaced(self) -> tuple[str, list[tuple[str, str]]]:
        likely = list(self._likely())
        if self.ensemble is None:
            rows = [("answer_who_lead", " ".join(likely[1:]))] if likely[1:] else []
            return likely[0], rows
        headline, lang = self.ensemble.headlines[self.package], self.lang
        first = headline.in_short(self.title, lang)
        ranges = self.ensemble.by_ranges.get(self.package)
        rows = [("answer_when_lead", " ".join(headline.when(lang)))]
        if ranges is not None:
            rows.append(("answer_ranges_lead", ranges.by_ranges(lang)))
        rows += [("answer_who_lead", text) for text in self._ensemble_losers(self.ensemble)]
        rows += [("answer_likely_lead", " ".join(likely))]
        rows += self._ensemble_plan()
        return first, [row for row in rows if row[1]]

    def _drivers_table(self) -> str:
        """Return the parameters with the largest effect on the displacement, as a table."""
        drivers = () if self.ensemble is None else self.ensemble.drivers.get(self.package, ())
        if self.ensemble is None or self.package not in self.ensemble.headlines:
            return ""
        if not drivers:
            return paragraph(self.say("moves_none"), "hint")
        at = int(self.lang == "nl")

        def cell(share: float, turns: bool) -> str:
            return rate(share, self.lang, 0) + (" *" if turns else "")

        rows = [
            [
                self.ensemble.inputs.get(one.factor, (one.factor, one.factor))[at],
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

    def _ensemble_losers(self, ensemble: EnsembleSummary) -> Iterator[str]:
        """Yield the missions that lose over the draws, by main task."""
        for task in (2, 1):
            losers = ensemble.losers[self.package, task]
            if not losers:
                continue
            total = sum(loser.person_months for loser in losers)
            parts = [loser_sentence(losers, task, self.lang, self.mission_name, MAX_NAMED)]
            if task == 1:
                parts.insert(0, self.say("answer_drawn_1", lost=rough(total, self.lang)))
            yield " ".join(parts)

    def _ensemble_plan(self) -> Iterator[tuple[str, str]]:
        """Yield the displacement in the plan over the same draws, if it differs."""
        assert self.ensembles is not None
        plan, variant = self.ensembles
        if plan is variant or self.package not in plan.headlines:
            return
        headline, lang = plan.headlines[self.package], self.lang
        numbers = {key: rough(getattr(headline, key), lang) for key in ("mean", "q05", "q95")}
        chance = rate(headline.chance, lang, 0)
        yield "answer_plan_lead", self.say("answer_drawn_plan", chance=chance, **numbers)

    def _likely(self) -> Iterator[str]:
        """Yield the displacement in the plan for the likely values, its missions and its phase."""
        lang, summary = self.lang, self.variant
        total = self._displaced_total(summary, 2)
        rule = label(summary.rule, lang)
        key = "answer_likely" if self.ensemble is None else "answer_beside"
        key = key if total > -MIN_DISPLACEMENT else "answer_likely_gains"
        yield self.say(key, package=self.title, total=amount(abs(total), lang), rule=rule)
        yield from self._other_rule()
        lost_to = summary.displacement
        lost_to = lost_to[lost_to["package"] == self.package]
        if total >= MIN_DISPLACEMENT:
            early = lost_to.loc[lost_to["main_task"] == 2, "before_person_months"].sum()
            before, after = (amount(one, lang) for one in (early, total - early))
            yield self.say("answer_phase", before=before, after=after)
        for task in (2, 1):
            yield from self._likely_losers(lost_to[lost_to["main_task"] == task], task)
        yield from self._change()

    def _displaced_total(self, summary: PlanSummary, task: int) -> float:
        rows = summary.packages.set_index("package")
        value = float(rows.loc[self.package, f"displaced_main_task_{task}"])  # type: ignore[arg-type]
        return 0.0 if abs(value) <= SHOWN else value

    def _other_rule(self) -> Iterator[str]:
        """Yield the displacement in the plan under the other rule, once it is known."""
        if self.ensembles is None:
            return
        rows = self.ensembles[1].likely
        rows = rows[(rows["package"] == self.package) & (rows["rule"] != self.variant.rule)]
        for row in iter_rows(rows):
            rule, total = label(row.rule, self.lang), amount(row.displaced_main_task_2, self.lang)
            key = "answer_other_value" if row.rule == "value" else "answer_other_fair"
            yield self.say(key, rule=rule, total=total)

    def _likely_losers(self, lost_to: Any, task: int) -> Iterator[str]:
        lang, lost = self.lang, lost_to["displaced_person_months"]
        tiny = negligible(lost_to)
        whole = lost_to[~tiny & (lost > 0)].sort_values("displaced_person_months", ascending=False)
        listed = [
            self.say(
                "answer_loser" if row.most_persons >= SINGLE_POST_PERSONS else "answer_post",
                mission=self.mission_name(row.mission),
                lost=amount(row.displaced_person_months, lang),
                persons=count_text("person", row.most_persons, lang),
                months=count_text("month", row.months, lang),
            )
            for row in iter_rows(whole.head(MAX_NAMED))
        ]  # fmt: skip
        if len(whole) > MAX_NAMED:
            listed.append(self.say("answer_others", count=len(whole) - MAX_NAMED))
        if listed:
            total = amount(float(whole["displaced_person_months"].sum()), lang)
            yield self.say(f"answer_lost_{task}", total=total, list="; ".join(listed))
        rest = float(lost[tiny].sum())
        if rest >= MIN_DISPLACEMENT:
            yield self.say(f"answer_small_{task}", lost=amount(rest, lang))

    def _change(self) -> Iterator[str]:
        """Yield the change from the plan in the displacement of both main tasks."""
        plan = self.summaries["plan"]
        if self.package not in set(plan.packages["package"]):
            return
        now, before = (
            sum(self._displaced_total(one, task) for task in (1, 2)) for one in (self.variant, plan)
        )
        if abs(now - before) >= MIN_DISPLACEMENT:
            key = "answer_more" if now > before else "answer_less"
            yield self.say(key, change=amount(abs(now - before), self.lang))


def answer_html(
    summaries: PlanSummaries,
    package: str,
    titles: Mapping[str, str],
    names: Mapping[str, str],
    ensembles: EnsemblePair | None,
    lang: str,
    status_key: str,
) -> str:
    """Return the answer about the variant as HTML: displacement, its range and its drivers.

    Parameters
    ----------
    summaries : mapping of str to PlanSummary
    package : str
        Empty if the scenario has no package.
    titles, names : mapping of str to str
        Names of packages and missions by id.
    ensembles : (EnsembleSummary, EnsembleSummary) or None
        Summaries of the draws of plan and variant.
    lang : {"en", "nl"}
    status_key : {"answer_drawing", "answer_on_request", "answer_more_draws", ""}
        Key of the text about draws that are still to be made.
    """
    title = titles.get(package, "")
    return AnswerText(summaries, ensembles, package, title, names, lang, status_key).html()
