"""Workbooks for Excel and LibreOffice: a scenario with its result out, and a scenario back in."""

from __future__ import annotations

from planner.workbook.importing import read_workbook
from planner.workbook.writing import write_template, write_workbook

__all__ = ["read_workbook", "write_template", "write_workbook"]
