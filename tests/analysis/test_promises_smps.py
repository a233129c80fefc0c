"""SMPS files, read by another reader and solved, and mpi-sppy where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from planner.analysis.hedging import hedge
from planner.engine.highs import quiet_highs
from planner.engine.two_stage import smps_of, write_smps
from tests.analysis.test_promises import programme_of, random_problem


def read_core(text: str) -> tuple[dict, dict, dict, dict]:
    """Return row kinds, entries by (row, column), right-hand sides and upper bounds."""
    kinds, entries, rhs, upper, section = {}, {}, {}, {}, ""
    for line in text.splitlines():
        words = line.split()
        if not line.startswith(" "):
            section = words[0]
        elif section == "ROWS":
            kinds[words[1]] = words[0]
        elif section == "COLUMNS":
            entries[words[1], words[0]] = float(words[2])
        elif section == "RHS":
            rhs[words[1]] = float(words[2])
        elif section == "BOUNDS":
            upper[words[2]] = float(words[3])
    return kinds, entries, rhs, upper


def read_scenarios(text: str) -> list[tuple[float, dict, dict]]:
    """Return probability, changed entries and changed right-hand sides of each scenario."""
    found: list[tuple[float, dict, dict]] = []
    for line in text.splitlines():
        words = line.split()
        if line.startswith(" SC"):
            found.append((float(words[3]), {}, {}))
        elif line.startswith("    "):
            column, row, value = words
            (found[-1][2] if column == "LIMIT" else found[-1][1]).update(
                {row: float(value)} if column == "LIMIT" else {(row, column): float(value)}
            )
    return found


def solve_smps(files: dict[str, str]) -> float:
    """Return the optimum of the deterministic equivalent, with SciPy."""
    kinds, core, rhs, upper = read_core(files["cor"])
    scenarios = read_scenarios(files["sto"])
    columns = list(dict.fromkeys(column for _, column in core))
    first = [name for name in columns if name.startswith("E")]
    second = [name for name in columns if not name.startswith("E")]
    assert files["tim"].split()[4:10] == ["E0", "FIRST", "STAGE1", "V0", "G0", "STAGE2"]
    width = len(first) + len(second) * len(scenarios)
    cost, rows, limits = np.zeros(width), [], []
    for number, (chance, changed, sides) in enumerate(scenarios):
        place = {name: k for k, name in enumerate(first)}
        start = len(first) + number * len(second)
        place |= {name: start + k for k, name in enumerate(second)}
        entries, side = {**core, **changed}, {**rhs, **sides}
        by_row: dict[str, np.ndarray] = {row: np.zeros(width) for row in kinds}
        for (row, column), value in entries.items():
            by_row[row][place[column]] = value
        cost += by_row["COST"] * chance
        for row, kind in kinds.items():
            if kind != "N":
                sign = 1.0 if kind == "L" else -1.0
                rows.append(sign * by_row[row])
                limits.append(sign * side.get(row, 0.0))
    bounds = [(0.0, upper.get(name)) for name in first] + [(0.0, None)] * (width - len(first))
    solved = linprog(cost, np.array(rows), np.array(limits), bounds=bounds, method="highs")
    assert solved.status == 0
    return float(-solved.fun)


def test_files_state_the_programme_that_is_solved(tmp_path: Path) -> None:
    for seed in range(8):
        problem, draws = random_problem(np.random.default_rng([9, seed]), 5, 3, 6, 1)
        two = programme_of(problem, draws, one_tier=True)
        best = hedge(two, 0.8, "value", method="extensive")
        found = solve_smps(smps_of(two, 0.8))
        assert found == pytest.approx(two.worth @ best.share, abs=1e-5 * two.worth.sum())
    paths = write_smps(two, 0.8, tmp_path / "smps")
    assert [path.name for path in paths] == ["promises.cor", "promises.tim", "promises.sto"]
    assert paths[0].read_text() == smps_of(two, 0.8)["cor"]


def test_other_readers_read_the_same(tmp_path: Path) -> None:
    reader = pytest.importorskip(
        "mpisppy.problem_io.smps_reader", reason="mpi-sppy is not installed"
    )
    problem, draws = random_problem(np.random.default_rng([9, 1]), 5, 3, 6, 1)
    files = write_smps(programme_of(problem, draws, one_tier=True), 0.8, tmp_path)
    core, time, stochastic = (str(path) for path in files)
    kinds, entries, rhs, upper = read_core(files[0].read_text())
    stages = reader.parse_tim(time)
    assert stages == [("STAGE1", "E0", "FIRST"), ("STAGE2", "V0", "G0")]
    first, second = reader.partition_vars_by_stage(
        reader.get_var_order_from_mps(core), stages
    ).values()
    assert {name[0] for name in first} == {"E"}
    assert {name[0] for name in second} == {"V", "Y"}
    side = reader.get_rhs_name_from_mps(core)
    for one, (chance, changed, sides) in zip(
        reader.parse_sto_discrete(stochastic), read_scenarios(files[2].read_text()), strict=True
    ):
        assert one["probability"] == chance
        own = {(row, column): value for (row, column), value in changed.items()}
        own |= {(row, side): value for row, value in sides.items()}
        assert {(row, column): value for column, row, value in one["modifications"]} == own

    # the core by HiGHS, which knows MPS
    highs = quiet_highs()
    highs.readModel(str(files[0].rename(tmp_path / "core.mps")))
    lp = highs.getLp()
    rows, columns = list(lp.row_names_), list(lp.col_names_)
    matrix = sparse.csc_array((lp.a_matrix_.value_, lp.a_matrix_.index_, lp.a_matrix_.start_))
    found = {(rows[r], columns[c]): v for (r, c), v in matrix.todok().items()}
    cost = {("COST", name): value for name, value in zip(columns, lp.col_cost_, strict=True)}
    assert {**found, **{k: v for k, v in cost.items() if v}} == {
        k: v for k, v in entries.items() if v
    }
    sides = {
        name: lp.row_upper_[k] if kinds[name] == "L" else lp.row_lower_[k]
        for k, name in enumerate(rows)
    }
    assert sides == {name: rhs.get(name, 0.0) for name in rows}
    assert {n: u for n, u in zip(columns, lp.col_upper_, strict=True) if np.isfinite(u)} == upper


def test_mpi_sppy_finds_the_same_optimum(capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("mpisppy", reason="mpi-sppy is not installed")
    from mpisppy.opt.ef import ExtensiveForm
    from mpisppy.utils import sputils
    from pyomo import environ as pyo

    for seed in range(20):
        problem, draws = random_problem(np.random.default_rng([20, seed]), 5, 3, 6, 1)
        two = programme_of(problem, draws, one_tier=True)
        filled, matrix = two.stage.filled.toarray(), two.stage.matrix.toarray()
        groups, people = two.stage.groups, matrix.shape[1]

        def scenario(name: str, two=two, filled=filled, matrix=matrix, groups=groups,
                     people=people):  # fmt: skip
            draw = int(name.removeprefix("draw"))
            model = pyo.ConcreteModel()
            model.level = pyo.Var(range(groups), bounds=(0.0, 1.0))
            model.lacks = pyo.Var(range(groups), within=pyo.NonNegativeReals)
            model.people = pyo.Var(range(people), within=pyo.NonNegativeReals)
            model.reached = pyo.ConstraintList()
            for k in range(groups):
                served = sum(filled[k, c] * model.people[c] for c in range(people))
                asked = float(two.asked[draw, k])
                model.reached.add(served >= asked * (model.level[k] - model.lacks[k]))
            for r in range(len(matrix)):
                used = sum(matrix[r, c] * model.people[c] for c in range(people))
                model.reached.add(used <= float(two.limit[draw, r]))
            promised = sum(-float(two.worth[k]) * model.level[k] for k in range(groups))
            broken = sum(float(two.worth[k]) / 0.2 * model.lacks[k] for k in range(groups))
            model.total = pyo.Objective(expr=promised + broken)
            sputils.attach_root_node(model, promised, [model.level])
            model._mpisppy_probability = float(two.chance[draw])
            return model

        names = [f"draw{k}" for k in range(len(two))]
        other = ExtensiveForm({"solver": "appsi_highs"}, names, scenario, suppress_warnings=True)
        other.solve_extensive_form()
        for method in ("extensive", "cuts"):
            own = float(two.worth @ hedge(two, 0.8, "value", method=method).share)
            assert -other.get_objective_value() == pytest.approx(own, rel=1e-6, abs=1e-6)
    capfd.readouterr()
