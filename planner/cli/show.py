"""``show``: a resolved scenario, or a part of it."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, Any

from planner.cli.console import (
    echo,
    headings,
    in_language,
    labelled_values,
    print_json,
    record_table,
    table,
)
from planner.cli.inputs import load_scenario
from planner.cli.options import JsonOption, Lang, LangOption, ScenarioArgument, command, option
from planner.digest import plain
from planner.errors import Fault, InputError, nearest
from planner.labels import NOTHING, WORDS, label, month, months, number
from planner.scenario.inputs import options_text
from planner.terms import term

if TYPE_CHECKING:
    from planner.compile import Compiled, FigureRow
    from planner.scenario.load import Scenario

__all__ = ["Resolved", "show", "print_part"]

_REASONS = {label(key): key for key in WORDS if key.startswith("reason_")}
"""Keys of the reasons why a demand is left out, by their texts in the compiled scenario."""


class Resolved:
    """A scenario and its compiled problem; raises InputError if its figures are inconsistent."""

    def __init__(self, scenario: Scenario):
        self.scenario = scenario
        self.compiled  # noqa: B018  reports faults before anything is shown

    @cached_property
    def compiled(self) -> Compiled:
        """The compiled problem, with labels and figures."""
        from planner.compile import compile_scenario

        return compile_scenario(self.scenario)

    def find(self, wanted: Mapping[str, str]) -> dict[str, Any]:
        """Return the parts by kind and id; raise InputError with every unknown id."""
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
        """Return the scenario as a whole: missions, packages, pools and demands left out."""
        scenario, inputs, compiled = self.scenario, self.scenario.inputs, self.compiled
        texts = ("name", "title", "title_nl", "summary", "summary_nl", "digest")
        return {
            **{key: getattr(scenario, key) for key in texts},
            "files": [layer.file for layer in scenario.layers if layer.file],
            "window": {"first": str(inputs.first), "last": str(inputs.last)},
            "rule": compiled.rule,
            "model": {"first": str(compiled.first_month), "months": compiled.problem.months},
            "figures": dict(Counter(row.basis for row in compiled.figures)),
            "missions": [self._mission_row(row.id) for row in compiled.missions],
            "packages": [self._package_row(package) for package in inputs.packages.values()],
            "pools": [self._pool_row(id) for id in inputs.pools],
            "left_out": dict(compiled.left_out),
        }

    def mission(self, id: str) -> dict[str, Any]:
        """Return a mission, its source, and its demands with reasons why some do not count."""
        mission = self.scenario.inputs.missions[id]
        lines = [d.id for d in self.scenario.inputs.demands.values() if d.mission == id]
        return {
            **plain(mission),
            "source": self.source(mission.source),
            "written_in": _position_text(mission.file, mission.line),
            "demands": [self._demand_row(line) for line in lines],
        }

    def demand(self, id: str) -> dict[str, Any]:
        """Return a demand, its figures and where they come from."""
        line = self.scenario.inputs.demands[id]
        rows = {row.id: row for row in self.compiled.demands}
        content = self._demand_row(id) | {
            "mission_name": self.scenario.inputs.missions[line.mission].name,
            "note": line.note,
            "written_in": _position_text(line.file, line.line),
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
                "figures": self._figures_below(f"demand.{id}.")
                + self._rotation_figures(row.kind, row.pools),
            }
        return content

    def pool(self, id: str) -> dict[str, Any]:
        """Return a pool, its strength by year, its figures and the demands that draw on it."""
        pool = self.scenario.inputs.pools[id]
        drawn = [row.id for row in self.compiled.demands if id in row.pools]
        return {
            **self._pool_row(id),
            "note": pool.note,
            "written_in": _position_text(pool.file, pool.line),
            "demands": [self._demand_row(line) for line in drawn],
            "figures": self._figures_below(f"pool.{id}."),
        }

    def figures(self, id: str) -> list[dict[str, Any]]:
        """Return a figure with its source, or all figures whose id begins with a text."""
        exact = [row for row in self.compiled.figures if row.id == id]
        return [self._figure(row) for row in exact] or self._figures_below(id)

    def sources(self) -> list[dict[str, Any]]:
        """Return the publications that figures in use come from, the most used first."""
        counts = Counter(row.source for row in self.compiled.figures if row.source)
        return [{**self.source(id), "figures_in_use": count} for id, count in counts.most_common()]

    def uncertain(self) -> dict[str, Any]:
        """Return uncertain parameters with distributions and sources, and their correlations."""
        from planner.montecarlo.parameters import list_uncertain

        found = list_uncertain(self.scenario)
        rows = found.table().to_dict("records")
        for row in rows:
            for end in row:
                if isinstance(row[end], float):  # calibrated ones too, where the record is silent
                    row[end] = _finite_or_none(row[end])
            row["source"] = self.source(row["source"]) if row["source"] else None
        return {"factors": rows, "correlations": found.correlations().to_dict("records")}

    def source(self, id: str) -> dict[str, Any]:
        """Return a publication by id; only its id if it is not in the data."""
        known = self.scenario.inputs.sources.get(id)
        found: dict[str, Any] = {"id": id} if known is None else plain(known)
        return found

    def _figures_below(self, prefix: str) -> list[dict[str, Any]]:
        return [self._figure(row) for row in self.compiled.figures if row.id.startswith(prefix)]

    def _rotation_figures(self, kind: str, pools: Iterable[str]) -> list[dict[str, Any]]:
        """Return the figures of a kind that apply to some pools."""
        found = self._figures_below(f"kind.{kind}.")
        names = ("preparation", "rest", "dwell")
        named = {f"kind.{kind}.{name}.{pool}" for name in names for pool in pools}
        return [row for row in found if row["id"].count(".") == 2 or row["id"] in named]

    def _figure(self, row: FigureRow) -> dict[str, Any]:
        return {
            **{key: getattr(row, key) for key in ("id", "value", "low", "high", "unit", "basis")},
            "source": self.source(row.source) if row.source else None,
            **{key: getattr(row, key) for key in ("section", "note")},
            "written_in": _position_text(row.file, row.line),
        }

    def _mission_row(self, id: str) -> dict[str, Any]:
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

    def _demand_row(self, id: str) -> dict[str, Any]:
        line = self.scenario.inputs.demands[id]
        keys = ("id", "mission", "name", "name_nl", "category", "kind", "standing", "tier")
        is_counted = id in self._asked
        return {key: getattr(line, key) for key in keys} | {
            "pools": [one if isinstance(one, str) else dict(one) for one in line.options],
            "cap": line.cap.value,
            "cap_from": {str(month): cap.value for month, cap in line.cap_from.items()},
            **{key: getattr(line, key) for key in ("fixed_length", "on_call", "unit", "weight")},
            **line.more,
            "first": None if line.first is None else str(line.first.month),
            "last": None if line.last is None else str(line.last.month),
            "asked_person_months": self._asked.get(id, 0.0),
            "left_out": "" if is_counted else self.compiled.left_out.get(id, "does not count"),
        }

    def _package_row(self, package: Any) -> dict[str, Any]:
        problem = self.compiled.problem
        is_counted = package.id in {one.id for one in problem.packages}
        known = str(self.compiled.month(problem.known(package.id))) if is_counted else None
        keys = ("id", "title", "title_nl", "on")
        return {key: getattr(package, key) for key in keys} | {
            "known": known,
            "demands": list(package.demands),
        }

    def _pool_row(self, id: str) -> dict[str, Any]:
        pool, compiled = self.scenario.inputs.pools[id], self.compiled
        people = compiled.problem.pools[id]
        first, last = compiled.problem.report
        years: dict[str, list[float]] = {}
        for index in range(first, last + 1):
            year = str(compiled.month(index).year)
            years.setdefault(year, []).append(float(people[index]))
        keys = ("id", "name", "name_nl", "category", "speciality")
        return {key: getattr(pool, key) for key in keys} | {
            "strength_by_year": {year: sum(values) / len(values) for year, values in years.items()}
        }


def _finite_or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _position_text(file: str, line: int) -> str:
    return f"{file}:{line}" if file and line else file


def print_part(name: str, content: Any, lang: str) -> None:
    """Print a part of a scenario, as :class:`Resolved` returns it."""
    printers: dict[str, Callable[[Any, str], None]] = {
        "scenario": _print_scenario,
        "mission": _print_mission,
        "demand": _print_demand,
        "pool": _print_pool,
        "figure": _print_figures,
        "sources": _print_sources,
        "uncertain": _print_uncertain,
    }
    printers[name](content, lang)


def _months_text(row: Mapping[str, Any], lang: str) -> str:
    first, last = row["first"], row["last"]
    return months(first, last, lang) if first and last else NOTHING


def _print_scenario(content: Mapping[str, Any], lang: str) -> None:
    echo(in_language(content, lang, "title") or content["name"], style="bold")
    if summary := in_language(content, lang, "summary"):
        echo(summary)
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
    echo("", labelled_values(about, lang), "")
    missions = sorted(content["missions"], key=lambda row: row["main_task"])
    title = f"{label('missions', lang)} ({label('person_months', lang)})"
    echo(record_table(title, _COLUMNS["missions"], missions, lang))
    if content["packages"]:
        echo(record_table(label("packages", lang), _COLUMNS["packages"], content["packages"], lang))
    _print_strengths(content["pools"], lang)
    left_out = [(id, reason_text(reason, lang)) for id, reason in content["left_out"].items()]
    if left_out:
        echo(table(label("left_out", lang), headings(lang, "demand", "reason"), left_out))


def reason_text(reason: str, lang: str) -> str:
    """Return the reason why a demand is left out, translated if it is a known one."""
    return label(_REASONS[reason], lang) if reason in _REASONS else reason


def _print_strengths(pools: Sequence[Mapping[str, Any]], lang: str) -> None:
    years = list(dict.fromkeys(year for pool in pools for year in pool["strength_by_year"]))
    rows = [
        (pool["id"], in_language(pool, lang),
         *(number(pool["strength_by_year"].get(year), lang) for year in years))
        for pool in pools
    ]  # fmt: skip
    title = f"{label('pools', lang)}: {label('each_year', lang)} ({label('persons', lang)})"
    echo(table(title, [*headings(lang, "pool", "name"), *(f">{year}" for year in years)], rows))


def _print_demands(rows: Sequence[Mapping[str, Any]], lang: str) -> None:
    columns = _COLUMNS["demands"]
    if not any(row["left_out"] for row in rows):
        columns = columns[:-1]
    echo(record_table(label("demands", lang), columns, rows, lang))


def _print_header(content: Mapping[str, Any], values: Mapping[str, object], lang: str) -> None:
    """Print name and id of an entity, its labelled values, note and position."""
    echo(f"{in_language(content, lang)} ({content['id']})", style="bold")
    written = {key: content[key] for key in ("note", "written_in")}
    echo(labelled_values({**values, **written}, lang), "")


def _print_mission(content: Mapping[str, Any], lang: str) -> None:
    values = {
        "organisation": term(content["organisation"], lang),
        "region": term(content["region"], lang),
        "main_task": content["main_task"],
        "status": term(content["status"], lang),
        "source": _citation(content["source"]),
        "section": content["section"],
    }
    _print_header(content, values, lang)
    _print_demands(content["demands"], lang)


def _print_demand(content: Mapping[str, Any], lang: str) -> None:
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
        "months": _months_text(content, lang),
        "speciality_of": _options_text(content, lang),
        "tour": content.get("tour"),
        "preparation": by_pool(content.get("preparation")),
        "rest": by_pool(content.get("rest")),
        "cohorts": content.get("cohorts"),
        "asked": number(content["asked_person_months"], lang),
        "left_out": reason_text(content["left_out"], lang),
    }
    _print_header(content, values, lang)
    if content["figures"]:
        _print_figure_table(content["figures"], lang)


def _print_pool(content: Mapping[str, Any], lang: str) -> None:
    values = {key: term(content[key], lang) for key in ("category", "speciality")}
    _print_header(content, values, lang)
    _print_strengths([content], lang)
    _print_figure_table(content["figures"], lang)
    _print_demands(content["demands"], lang)


def _value_text(value: Any, lang: str) -> str:
    if value is None:
        return ""
    return month(value, lang) if isinstance(value, str) else _short_number(value, lang)


def _short_number(value: float, lang: str) -> str:
    """Return a number with as few digits as it needs, at most four."""
    digits = next((d for d in range(4) if round(value, d) == value), 4)
    return number(value, lang, digits)


def _citation(source: Mapping[str, Any] | None) -> str:
    if not source:
        return ""
    text = ", ".join(source[key] for key in _SOURCE_FIELDS if source.get(key))
    return f"{text} [{source['id']}]" if text else str(source["id"])


def _print_figures(content: Sequence[Mapping[str, Any]], lang: str) -> None:
    if len(content) > 1:
        _print_figure_table(content, lang)
        return
    row = content[0]
    echo(row["id"], style="bold")
    values = {
        "likely" if row["low"] is not None else "amount": _value_text(row["value"], lang),
        **{end: _value_text(row[end], lang) for end in ("low", "high")},
        "unit": term(row["unit"], lang),
        "basis": label(row["basis"], lang),
        "source": _citation(row["source"]),
        **{key: row[key] for key in ("section", "note", "written_in")},
    }
    echo(labelled_values(values, lang))


def _print_figure_table(figures: Sequence[Mapping[str, Any]], lang: str) -> None:
    echo(record_table(label("figures", lang), _COLUMNS["figures"], figures, lang))


def _print_sources(content: Sequence[Mapping[str, Any]], lang: str) -> None:
    echo(record_table(label("sources", lang), _COLUMNS["sources"], content, lang))


def _print_uncertain(content: Mapping[str, Any], lang: str) -> None:
    for layer in ("capacity", "presence"):
        rows = [row for row in content["factors"] if row["layer"] == layer]
        if rows:
            title = label(f"uncertain_{layer}", lang, count=len(rows))
            echo(record_table(title, _COLUMNS["uncertain"], rows, lang))
    if pairs := content["correlations"]:
        echo(record_table(label("correlations", lang), _COLUMNS["correlations"], pairs, lang))
    echo(label("nothing_uncertain" if not content["factors"] else "uncertain_note", lang))


def _distribution_text(row: Mapping[str, Any], lang: str) -> str:
    """Return a distribution, by name alone where its likely value and range determine it."""
    text: str = row["distribution"]
    name = text.partition(":")[0]
    return name if name in ("pert", "triangular", "uniform") else text


def _options_text(row: Mapping[str, Any], lang: str) -> str:
    return options_text(row["pools"]).replace(" ", ", ")


def _known_text(row: Mapping[str, Any], lang: str) -> str:
    return month(row["known"], lang) if row["known"] else NOTHING


def _source_id(row: Mapping[str, Any], lang: str) -> str:
    return str((row["source"] or {}).get("id", ""))


_SOURCE_FIELDS = ("publisher", "title", "date", "reference")

_ORIGIN = (("basis", "basis", label), ("source", _source_id), ("section", "section"))

_RANGE = ((">low", "low", _value_text), (">high", "high", _value_text), ("unit", "unit", term))

_COLUMNS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "missions": (
        ("mission", "id"), ("name", in_language), (">main_task", "main_task"),
        ("tier", "tiers"), ("months", _months_text),
        (">asked", "asked_person_months", number),
    ),
    "packages": (
        ("package", "id"), ("title", partial(in_language, field="title")), ("counts", "on"),
        ("known", _known_text), ("demands", "demands"),
    ),
    "demands": (
        ("demand", "id"), ("name", in_language), ("tier", "tier"), (">cap", "cap", number),
        ("months", _months_text), ("pools", _options_text),
        (">asked", "asked_person_months", number), ("left_out", "left_out", reason_text),
    ),
    "figures": (("figure", "id"), (">amount", "value", _value_text), *_RANGE, *_ORIGIN),
    "sources": (
        ("source", "id"), *((key, key) for key in _SOURCE_FIELDS),
        (">figures_in_use", "figures_in_use"),
    ),
    "uncertain": (
        ("figure", "id"), (">likely", "likely", _value_text), *_RANGE,
        ("distribution", _distribution_text), *_ORIGIN,
    ),
    "correlations": (
        ("figure", "figure"), ("figure", "with"), (">rank", "rank", partial(number, digits=2)),
    ),
}  # fmt: skip
"""Columns of each table that is printed."""


@command("Look and check", "Show a resolved scenario, or a part of it.", rank=2)
def show(
    scenario: ScenarioArgument,
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
    json: JsonOption = False,
    lang: LangOption = Lang.EN,
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
        print_part(name, content, lang)
