"""Tables of a result as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from planner.results.result import Tables

__all__ = ["asked_by_mission", "lost_by", "records"]


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dicts."""
    found: list[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    return found


def lost_by(result: Tables, key: str, package: str, main_task: int = 2) -> dict[str, float]:
    """Return person-months displaced by a package under each value of a key, the most first."""
    rows = records(result.displacement_by(key, main_task=main_task))
    own = [row for row in rows if row["package"] == package]
    own.sort(key=lambda row: -row["displaced_person_months"])
    return {str(row[key]): float(row["displaced_person_months"]) for row in own}


def asked_by_mission(result: Tables) -> dict[str, float]:
    """Return person-months asked by each mission."""
    rows = records(result.fill_by("mission"))
    return {str(row["mission"]): float(row["asked_person_months"]) for row in rows}
