"""``show``: a resolved scenario, or a part of it."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

from planner.cli.console import headings, in_language, lines, print_json, say, table
from planner.cli.inputs import load_scenario
from planner.cli.options import AsJson, In, Lang, Named, command, option
from planner.digest import plain
from planner.errors import Fault, InputError, nearest
from planner.labels import NOTHING, WORDS, label, month, months, number
from planner.scenario.inputs import options_text
from planner.terms import term

if TYPE_CHECKING:
    from planner.compile import Compiled, FigureRow
    from planner.scenario.load import Scenario

__all__ = ["Resolved", "show", "show_part"]

_REASONS = {label(key): key for key in WORDS if key.startswith("reason_")}
"""Keys of the words for why a demand is left out, by what the compiled scenario says."""


class Resolved:
    """A scenario and the problem it states; figures that contradict each other are refused."""

    def __init__(self, scenario: Scenario):
        self.scenario = scenario
        self.compiled  # noqa: B018  wrong figures are said before anything is shown

    @cached_property
    def compiled(self) -> Compiled:
        """The problem, with its labels and figures."""
        from planner.compile import compile_scenario

        return compile_scenario(self.scenario)

    def find(self, wanted: Mapping[str, str]) -> dict[str, Any]:
        """Return the parts asked for by kind and id; every unknown id is said."""
        makers: dict[str, tuple[Callable[[str], Any], Iterable[str]]] = {
            "mission": (self.mission, self.scenario.inputs.missions),
            "demand": (self.demand, self.scenario.inputs.demands),
            "pool": (self.pool, self.scenario.inputs.pools),
            "figure": (self.figures, [row.id for row in self.compiled.figures]),
        }
        found, faults = {}, []
        for kind, id in wanted.items():
            maker, known = makers[kind]
            if id in known or (kind == "figure" and any(name.startswith(id) for name in known)):
                found[kind] = maker(id)
            else:
                message = f"no such {kind} in {self.scenario.name}: {id!r}{nearest(id, known)}"
                if kind == "figure":
                    message += "; a part of it, such as 'demand.untso', lists all that begin so"
                faults.append(Fault(f"--{kind}", 0, 0, "", message))
        if faults:
            raise InputError(faults)
        return found

    def overview(self) -> dict[str, Any]:
        """Return what the scenario is about: missions, packages, pools, what is left out."""
        scenario, inputs, compiled = self.scenario, self.scenario.inputs, self.compiled
        texts = ("name", "title", "title_nl", "summary", "summary_nl", "digest")
        return {
            **{key: getattr(scenario, key) for key in texts},
            "files": [layer.file for layer in scenario.layers if layer.file],
            "window": {"first": str(inputs.first), "last": str(inputs.last)},
            "rule": compiled.rule,
            "model": {"first": str(compiled.first_month), "months": compiled.problem.months},
            "figures": dict(Counter(row.basis for row in compiled.figures)),
            "missions": [self._mission_line(row.id) for row in compiled.missions],
            "packages": [self._package_line(package) for package in inputs.packages.values()],
            "pools": [self._pool_line(id) for id in inputs.pools],
            "left_out": dict(compiled.left_out),
        }

    def mission(self, id: str) -> dict[str, Any]:
        """Return a mission, its source, and its demands with why some do not count."""
        mission = self.scenario.inputs.missions[id]
        lines = [d.id for d in self.scenario.inputs.demands.values() if d.mission == id]
        return {
            **plain(mission),
            "source": self.source(mission.source),
            "written_in": _place(mission.file, mission.line),
            "demands": [self._demand_line(line) for line in lines],
        }

    def demand(self, id: str) -> dict[str, Any]:
        """Return a demand, its figures and where they come from."""
        line = self.scenario.inputs.demands[id]
        rows = {row.id: row for row in self.compiled.demands}
        content = self._demand_line(id) | {
            "mission_name": self.scenario.inputs.missions[line.mission].name,
            "note": line.note,
            "written_in": _place(line.file, line.line),
            "figures": [],
        }
        if id in rows:
            row = rows[id]
            by_pool = ("preparation", "home", "dwell")
            content |= {
                "tour": row.tour,
                **{key: dict(zip(row.pools, getattr(row, key), strict=True)) for key in by_pool},
                "cohorts": row.cohorts,
                "package": row.package,
                "figures": self._of(f"demand.{id}.") + self._policy(row.kind, row.pools),
            }
        return content

    def pool(self, id: str) -> dict[str, Any]:
        """Return a pool, its strength by year, its figures and the demands that draw on it."""
        pool = self.scenario.inputs.pools[id]
        drawn = [row.id for row in self.compiled.demands if id in row.pools]
        return {
            **self._pool_line(id),
            "note": pool.note,
            "written_in": _place(pool.file, pool.line),
            "demands": [self._demand_line(line) for line in drawn],
            "figures": self._of(f"pool.{id}."),
        }

    def figures(self, id: str) -> list[dict[str, Any]]:
        """Return a figure with its source, or all parameters with an id that begins so."""
        exact = [row for row in self.compiled.figures if row.id == id]
        return [self._figure(row) for row in exact] or self._of(id)

    def sources(self) -> list[dict[str, Any]]:
        """Return the publications that figures in use come from, the most used first."""
        counts = Counter(row.source for row in self.compiled.figures if row.source)
        return [{**self.source(id), "figures_in_use": count} for id, count in counts.most_common()]

    def uncertain(self) -> dict[str, Any]:
        """Return what many futures draw, with its distribution and source, and what correlates."""
        from planner.montecarlo.parameters import list_uncertain

        found = list_uncertain(self.scenario)
        rows = found.table().to_dict("records")
        for row in rows:
            for end in row:
                if isinstance(row[end], float):  # calibrated ones too, where the record is silent
                    row[end] = _finite(row[end])
            row["source"] = self.source(row["source"]) if row["source"] else None
        return {"factors": rows, "correlations": found.correlations().to_dict("records")}

    def source(self, id: str) -> dict[str, Any]:
        """Return a publication by id; only its id where nothing is known about it."""
        known = self.scenario.inputs.sources.get(id)
        found: dict[str, Any] = {"id": id} if known is None else plain(known)
        return found

    def _of(self, prefix: str) -> list[dict[str, Any]]:
        return [self._figure(row) for row in self.compiled.figures if row.id.startswith(prefix)]

    def _policy(self, kind: str, pools: Iterable[str]) -> list[dict[str, Any]]:
        """Return the figures of a kind that concern some pools."""
        found = self._of(f"kind.{kind}.")
        names = ("preparation", "rest", "dwell")
        named = {f"kind.{kind}.{name}.{pool}" for name in names for pool in pools}
        return [row for row in found if row["id"].count(".") == 2 or row["id"] in named]

    def _figure(self, row: FigureRow) -> dict[str, Any]:
        return {
            **{key: getattr(row, key) for key in ("id", "value", "low", "high", "unit", "basis")},
            "source": self.source(row.source) if row.source else None,
            **{key: getattr(row, key) for key in ("section", "note")},
            "written_in": _place(row.file, row.line),
        }

    def _mission_line(self, id: str) -> dict[str, Any]:
        mission = self.scenario.inputs.missions[id]
        rows = [row for row in self.compiled.demands if row.mission == id]
        keys = ("id", "name", "name_nl", "organisation", "region", "main_task", "status")
        return {key: getattr(mission, key) for key in keys} | {
            "demands": [row.id for row in rows],
            "tiers": sorted({row.tier for row in rows}),
            "first": str(min(row.first for row in rows)),
            "last": str(max(row.last for row in rows)),
            "asked_person_months": sum(self._asked[row.id] for row in rows),
        }

    @cached_property
    def _asked(self) -> dict[str, float]:
        """Person-months asked inside the report window, by demand."""
        from planner.solution import asked_months

        problem = self.compiled.problem
        asked = asked_months(problem).tolist()
        return {d.id: people for d, people in zip(problem.demands, asked, strict=True)}

    def _demand_line(self, id: str) -> dict[str, Any]:
        line = self.scenario.inputs.demands[id]
        keys = ("id", "mission", "name", "name_nl", "category", "kind", "standing", "tier")
        here = id in self._asked
        return {key: getattr(line, key) for key in keys} | {
            "pools": [one if isinstance(one, str) else dict(one) for one in line.options],
            "cap": line.cap.value,
            "cap_from": {str(month): cap.value for month, cap in line.cap_from.items()},
            **{key: getattr(line, key) for key in ("fixed_length", "on_call", "unit", "weight")},
            **line.more,
            "first": None if line.first is None else str(line.first.month),
            "last": None if line.last is None else str(line.last.month),
            "asked_person_months": self._asked.get(id, 0.0),
            "left_out": "" if here else self.compiled.left_out.get(id, "does not count"),
        }

    def _package_line(self, package: Any) -> dict[str, Any]:
        problem = self.compiled.problem
        here = package.id in {one.id for one in problem.packages}
        known = str(self.compiled.month(problem.known(package.id))) if here else None
        keys = ("id", "title", "title_nl", "on")
        return {key: getattr(package, key) for key in keys} | {
            "known": known,
            "demands": list(package.demands),
        }

    def _pool_line(self, id: str) -> dict[str, Any]:
        pool, compiled = self.scenario.inputs.pools[id], self.compiled
        people = compiled.problem.pools[id]
        first, last = compiled.problem.report
        years: dict[str, list[float]] = {}
        for place in range(first, last + 1):
            year = str(compiled.month(place).year)
            years.setdefault(year, []).append(float(people[place]))
        keys = ("id", "name", "name_nl", "category", "speciality")
        return {key: getattr(pool, key) for key in keys} | {
            "strength_by_year": {year: sum(all_) / len(all_) for year, all_ in years.items()}
        }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _place(file: str, line: int) -> str:
    return f"{file}:{line}" if file and line else file


def show_part(name: str, content: Any, lang: str) -> None:
    """Print one part as :class:`planner.cli.show.Resolved` gives it."""
    sheets: dict[str, Callable[[Any, str], None]] = {
        "scenario": _scenario,
        "mission": _mission,
        "demand": _demand,
        "pool": _pool,
        "figure": _figures,
        "sources": _sources,
        "uncertain": _uncertain,
    }
    sheets[name](content, lang)


def _run(first: str | None, last: str | None, lang: str) -> str:
    return months(first, last, lang) if first and last else NOTHING


def _scenario(content: Mapping[str, Any], lang: str) -> None:
    say(in_language(content, lang, "title") or content["name"], style="bold")
    if summary := in_language(content, lang, "summary"):
        say(summary)
    window, model = content["window"], content["model"]
    bases = [f"{count} {label(basis, lang)}" for basis, count in content["figures"].items()]
    about = {
        "scenario": content["name"],
        "file": ", ".join(content["files"]),
        "window": months(window["first"], window["last"], lang),
        "model_months": f"{model['months']}, {month(model['first'], lang)} –",
        "rule": label(content["rule"], lang),
        "figures_in_use": ", ".join(bases),
        "digest": content["digest"],
    }
    say("", lines(about, lang), "")
    rows = [
        (row["id"], in_language(row, lang), row["main_task"], ", ".join(map(str, row["tiers"])),
         _run(row["first"], row["last"], lang), number(row["asked_person_months"], lang))
        for row in sorted(content["missions"], key=lambda row: row["main_task"])
    ]  # fmt: skip
    heads = headings(lang, "mission", "name", ">main_task", "tier", "months", ">asked")
    say(table(f"{label('missions', lang)} ({label('person_months', lang)})", heads, rows))
    packages = [
        (row["id"], in_language(row, lang, "title"), label("yes" if row["on"] else "no", lang),
         month(row["known"], lang) if row["known"] else NOTHING, ", ".join(row["demands"]))
        for row in content["packages"]
    ]  # fmt: skip
    if packages:
        heads = headings(lang, "package", "title", "counts", "known", "demands")
        say(table(label("packages", lang), heads, packages))
    _strengths(content["pools"], lang)
    left_out = [(id, label_reason(reason, lang)) for id, reason in content["left_out"].items()]
    if left_out:
        say(table(label("left_out", lang), headings(lang, "demand", "reason"), left_out))


def label_reason(reason: str, lang: str) -> str:
    """Return why a demand is left out, in a language where the reason has words for it."""
    return label(_REASONS[reason], lang) if reason in _REASONS else reason


def _strengths(pools: Sequence[Mapping[str, Any]], lang: str) -> None:
    years = list(dict.fromkeys(year for pool in pools for year in pool["strength_by_year"]))
    rows = [
        (pool["id"], in_language(pool, lang),
         *(number(pool["strength_by_year"].get(year), lang) for year in years))
        for pool in pools
    ]  # fmt: skip
    title = f"{label('pools', lang)}: {label('each_year', lang)} ({label('persons', lang)})"
    say(table(title, [*headings(lang, "pool", "name"), *(f">{year}" for year in years)], rows))


def _demands(rows: Sequence[Mapping[str, Any]], lang: str) -> None:
    cells: list[tuple[object, ...]] = [
        (row["id"], in_language(row, lang), row["tier"], number(row["cap"], lang),
         _run(row["first"], row["last"], lang), options_text(row["pools"]).replace(" ", ", "),
         number(row["asked_person_months"], lang), label_reason(row["left_out"], lang))
        for row in rows
    ]  # fmt: skip
    heads = headings(
        lang, "demand", "name", "tier", ">cap", "months", "pools", ">asked", "left_out"
    )
    if not any(row["left_out"] for row in rows):
        cells, heads = [row[:-1] for row in cells], heads[:-1]
    say(table(label("demands", lang), heads, cells))


def _about(content: Mapping[str, Any], values: Mapping[str, object], lang: str) -> None:
    """Print name and id of a thing, what stands by the words of `values`, and where it is said."""
    say(f"{in_language(content, lang)} ({content['id']})", style="bold")
    written = {key: content[key] for key in ("note", "written_in")}
    say(lines({**values, **written}, lang), "")


def _mission(content: Mapping[str, Any], lang: str) -> None:
    values = {
        "organisation": term(content["organisation"], lang),
        "region": term(content["region"], lang),
        "main_task": content["main_task"],
        "status": term(content["status"], lang),
        "source": _cited(content["source"]),
        "section": content["section"],
    }
    _about(content, values, lang)
    _demands(content["demands"], lang)


def _demand(content: Mapping[str, Any], lang: str) -> None:
    def by_pool(values: Mapping[str, Any] | None) -> str:
        found = {pool: f"{value:g}" for pool, value in (values or {}).items()}
        if len(set(found.values())) == 1:
            return next(iter(found.values()))
        return ", ".join(f"{pool} {value}" for pool, value in found.items())

    values = {
        "mission": f"{content['mission_name']} ({content['mission']})",
        "category": term(content["category"], lang),
        "kind": content["kind"],
        "tier": content["tier"],
        "package": content.get("package"),
        "cap": number(content["cap"], lang),
        "months": _run(content["first"], content["last"], lang),
        "speciality_of": options_text(content["pools"]).replace(" ", ", "),
        "tour": content.get("tour"),
        "preparation": by_pool(content.get("preparation")),
        "rest": by_pool(content.get("rest")),
        "cohorts": content.get("cohorts"),
        "asked": number(content["asked_person_months"], lang),
        "left_out": label_reason(content["left_out"], lang),
    }
    _about(content, values, lang)
    if content["figures"]:
        _table_of_figures(content["figures"], lang)


def _pool(content: Mapping[str, Any], lang: str) -> None:
    values = {key: term(content[key], lang) for key in ("category", "speciality")}
    _about(content, values, lang)
    _strengths([content], lang)
    _table_of_figures(content["figures"], lang)
    _demands(content["demands"], lang)


def _value(value: Any, lang: str) -> str:
    if value is None:
        return ""
    return month(value, lang) if isinstance(value, str) else _short(value, lang)


def _short(value: float, lang: str) -> str:
    """Return a number with as many digits as it needs, four at most."""
    digits = next((d for d in range(4) if round(value, d) == value), 4)
    return number(value, lang, digits)


def _cited(source: Mapping[str, Any] | None) -> str:
    if not source:
        return ""
    keys = ("publisher", "title", "date", "reference")
    said = ", ".join(source[key] for key in keys if source.get(key))
    return f"{said} [{source['id']}]" if said else str(source["id"])


def _figures(content: Sequence[Mapping[str, Any]], lang: str) -> None:
    if len(content) > 1:
        _table_of_figures(content, lang)
        return
    row = content[0]
    say(row["id"], style="bold")
    values = {
        "likely" if row["low"] is not None else "amount": _value(row["value"], lang),
        **{end: _value(row[end], lang) for end in ("low", "high")},
        "unit": term(row["unit"], lang),
        "basis": label(row["basis"], lang),
        "source": _cited(row["source"]),
        **{key: row[key] for key in ("section", "note", "written_in")},
    }
    say(lines(values, lang))


def _table_of_figures(figures: Sequence[Mapping[str, Any]], lang: str) -> None:
    rows = [
        (row["id"], _value(row["value"], lang), _value(row["low"], lang), _value(row["high"], lang),
         term(row["unit"], lang), label(row["basis"], lang), (row["source"] or {}).get("id", ""),
         row["section"])
        for row in figures
    ]  # fmt: skip
    heads = headings(
        lang, "figure", ">amount", ">low", ">high", "unit", "basis", "source", "section"
    )
    say(table(label("figures", lang), heads, rows))


def _sources(content: Sequence[Mapping[str, Any]], lang: str) -> None:
    rows = [
        (row["id"], row.get("publisher", ""), row.get("title", ""), row.get("date", ""),
         row.get("reference", ""), row["figures_in_use"])
        for row in content
    ]  # fmt: skip
    heads = headings(lang, "source", "publisher", "title", "date", "reference", ">figures_in_use")
    say(table(label("sources", lang), heads, rows))


def _uncertain(content: Mapping[str, Any], lang: str) -> None:
    columns = (
        "figure", ">likely", ">low", ">high", "unit", "distribution", "basis", "source", "section",
    )  # fmt: skip
    for layer in ("capacity", "presence"):
        rows = [
            (row["id"], *(_value(row[end], lang) for end in ("likely", "low", "high")),
             term(row["unit"], lang), _spread(row["distribution"]),
             label(row["basis"], lang), (row["source"] or {}).get("id", ""), row["section"])
            for row in content["factors"]
            if row["layer"] == layer
        ]  # fmt: skip
        if rows:
            title = label(f"uncertain_{layer}", lang, count=len(rows))
            say(table(title, headings(lang, *columns), rows))
    pairs = [
        (row["figure"], row["with"], number(row["rank"], lang, 2))
        for row in content["correlations"]
    ]
    if pairs:
        say(table(label("correlations", lang), headings(lang, "figure", "figure", ">rank"), pairs))
    say(label("nothing_uncertain" if not content["factors"] else "uncertain_note", lang))


def _spread(words: str) -> str:
    """Return a distribution; its name alone where likely value and ends say all of it."""
    name = words.partition(":")[0]
    return name if name in ("pert", "triangular", "uniform") else words


@command("Look and check", "Show a resolved scenario, or a part of it.", rank=2)
def show(
    scenario: Named,
    mission: Annotated[
        str | None, option("--mission", "One mission and its demands.", "ID")
    ] = None,
    demand: Annotated[str | None, option("--demand", "One demand and its figures.", "ID")] = None,
    pool: Annotated[
        str | None, option("--pool", "One pool, its strength and who draws on it.", "ID")
    ] = None,
    figure: Annotated[
        str | None,
        option("--figure", "A figure and its source, or all that begin with this.", "ID"),
    ] = None,
    sources: Annotated[bool, option("--sources", "Publications in use.")] = False,
    uncertain: Annotated[
        bool, option("--uncertain", "What planner simulate draws, how, and where from.")
    ] = False,
    as_yaml: Annotated[
        bool, option("--yaml", "The scenario as YAML that stands on its own.")
    ] = False,
    json: AsJson = False,
    lang: In = Lang.EN,
) -> None:
    """Show a resolved scenario, or a part of it.

    \b
    Examples:
      planner show letter
      planner show letter --mission untso
      planner show letter --figure demand.untso.cap
      planner show eastern-flank-battalion --pool staff
      planner show letter --sources --json
      planner show letter --uncertain
    """
    resolved = Resolved(load_scenario(scenario))
    if as_yaml:
        sys.stdout.write(resolved.scenario.dump())
        return
    wanted = {"mission": mission, "demand": demand, "pool": pool, "figure": figure}
    parts: dict[str, Any] = resolved.find({k: v for k, v in wanted.items() if v is not None})
    if sources:
        parts["sources"] = resolved.sources()
    if uncertain:
        parts["uncertain"] = resolved.uncertain()
    if not parts:
        parts["scenario"] = resolved.overview()
    if json:
        print_json({"format": "planner-show/1", **parts})
        return
    for name, content in parts.items():
        show_part(name, content, lang)
