"""Names of sheets, headings and explanations of a workbook; translations stand in the catalogue."""

from __future__ import annotations

from planner.labels import speaker

__all__ = ["WORDS", "say"]

WORDS: dict[str, str] = {
    # sheets
    "sheet_cover": "Read me",
    "sheet_settings": "Scenario",
    "sheet_demands": "Demands",
    "sheet_missions": "Missions",
    "sheet_packages": "Packages",
    "sheet_pools": "Pools",
    "sheet_strengths": "Strengths",
    "sheet_steps": "Strength steps",
    "sheet_kinds": "Kinds",
    "sheet_policies": "Policies",
    "sheet_bounds": "Composition",
    "sheet_budgets": "Budgets",
    "sheet_costs": "Costs",
    "sheet_sources": "Sources",
    "sheet_fill": "Fill",
    "sheet_fill_months": "Fill by month",
    "sheet_allocation": "Allocation",
    "sheet_pool_months": "People by pool",
    "sheet_displacement": "Displacement",
    "sheet_bottlenecks": "Bottlenecks",
    "sheet_futures": "Draws",
    "sheet_drivers": "What drives it",
    "sheet_unmet": "Goals missed",
    "sheet_figures": "Figures",
    "sheet_manifest": "Manifest",
    # what a sheet is about
    "about_settings": (
        "The scenario as a whole: what it is called, which months are reported, how people are "
        "divided."
    ),
    "about_demands": (
        "One row for each line of people that a mission asks for: at most so many persons, from "
        "the first to the last month, from these pools."
    ),
    "about_missions": (
        "The operations that ask for people; main task 1 is collective defence, main task 2 the "
        "international legal order."
    ),
    "about_packages": (
        "Demands that come as a whole, and when they become known. Which demands: see the column "
        "package of the sheet Demands."
    ),
    "about_pools": "Groups of people who can stand in for each other.",
    "about_strengths": (
        "Who could go: posts × share filled × share fit. Rest and preparation are not in it, the "
        "model accounts for those itself."
    ),
    "about_steps": (
        "Changes of strengths over time, taken from top to bottom. New ones go below the others."
    ),
    "about_kinds": (
        "Kinds of contribution, and whether people are replaced one by one or a unit as a whole."
    ),
    "about_policies": (
        "Tour, preparation and rest of each kind, or of one demand; where a pool is named it holds "
        "for that pool only. Below them what share of candidates is accepted, and the like."
    ),
    "about_bounds": (
        "Least and most people over some demands together, in every month. A least number is a "
        "goal, a most number is always kept."
    ),
    "about_budgets": (
        "What a fund may spend in a year; counts only where the sheet Scenario says so."
    ),
    "about_costs": "What one person costs a fund in a year, by kind of contribution or by demand.",
    "about_sources": (
        "Publications that figures come from; the column source of the other sheets names them."
    ),
    "about_fill": "What each mission asks and gets, in person-months within the period.",
    "about_fill_months": (
        "Share of the persons asked that is on duty, by mission and month; empty where nothing is "
        "asked."
    ),
    "about_allocation": "Persons on duty by demand, pool and month, with every package.",
    "about_pool_months": (
        "What the people of each pool do, persons by month. Choose a pool for the chart in the "
        "yellow cell."
    ),
    "about_displacement": (
        "Person-months filled without the package minus those filled with it. What main task 2 "
        "loses is displacement; below it what main task 1 loses. Negative: the mission gains."
    ),
    "about_bottlenecks": (
        "Pools and months in which everyone is taken and more people may raise the fill. What one "
        "more person brings takes a new plan each: planner prices."
    ),
    "about_futures": (
        "What comes out when the uncertain figures vary: the mean with its standard error and 95% "
        "interval, then the spread of the draws. Chance: of a fill of 90%, or of a loss of more "
        "than half a person-month."
    ),
    "about_drivers": (
        "Which uncertain figures go with the result, the strongest first, by rank correlation; "
        "clear: too strong to be chance."
    ),
    "about_unmet": "Least numbers of people over some demands together that are not reached.",
    "about_figures": "Every figure in use, with its range and where it comes from.",
    "about_manifest": "What went in and what proves the answer.",
    # cover
    "cover_none": "A blank scenario",
    "cover_results": "In short",
    "cover_sheets": "Sheets",
    "cover_inputs": "to fill in or change",
    "cover_outcomes": "result, not read back",
    "cover_how": "How to use it",
    "cover_how_1": (
        "Blue sheets hold the scenario. Change cells, add rows below, or delete rows; the rest of "
        "the workbook does not change by itself."
    ),
    "cover_how_2": (
        "planner import BOOK.xlsx -o scenario.yaml makes a scenario of them and says sheet, row "
        "and column of whatever is wrong; planner run scenario.yaml works it out."
    ),
    "cover_how_3": (
        "Months are dates of which only month and year count; a last month counts in full. "
        "Headings may stand in English or in Dutch and in any order."
    ),
    "cover_how_4": (
        "A source is named by its id. What rests on the letter or is public needs a source; all "
        "else is an assumption."
    ),
    "cover_not": "What this does not tell you",
    "cover_not_1": (
        "It is no prediction of what the ministry will do, but what the rules and figures imply."
    ),
    "cover_not_2": (
        "Strengths of pools are assumptions where the sheet Strengths says so: real ones are "
        "confidential."
    ),
    "cover_asked": "{filled} of {asked} person-months filled ({rate})",
    "cover_package": (
        "{title}: {filled} of {asked} person-months filled; displaces {lost} from main task 2 and "
        "{other} from other main task 1"
    ),
    "cover_futures": (
        "{draws}: {title} displaces {mean} person-months from main task 2 on average (95% "
        "interval {low} to {high}); in nine of ten draws between {q05} and {q95}"
    ),
    "cover_futures_fill": (
        "{draws}: {mean} filled on average (95% interval {low} to {high}); in nine of ten draws "
        "between {q05} and {q95}"
    ),
    "quantity": "quantity",
    "draws_total": "in all",
    "draws_planned": "fill rate, planned",
    "draws_present": "fill rate, people present",
    "draws_displacement": "displacement",
    "draws_other": "loss of main task 1",
    "draws_mean": "mean",
    "draws_standard_error": "standard error",
    "draws_low": "95% interval, low",
    "draws_high": "95% interval, high",
    "draws_q05": "5% of draws below",
    "draws_q25": "25% below",
    "draws_q50": "half below",
    "draws_q75": "75% below",
    "draws_q95": "95% below",
    "draws_chance": "chance",
    "chart_futures": "{title}: displaced, person-months; mean, and 5% to 95% of draws",
    "rank_correlation": "rank correlation",
    "explains": "its square",
    "clear": "clear",
    "sheet": "sheet",
    "what": "item",
    "use": "use",
    "field": "field",
    "value_given": "value",
    "explanation": "explanation",
    "chosen_pool": "pool in the chart:",
    "person_months_head": "{what}, person-months",
    "persons_head": "{what}, persons",
    "short": "short",
    "total_shown": "total of the rows shown",
    "chart_fill": "Fill rate by mission",
    "chart_displacement": "{title}: displaced, person-months",
    "chart_pool": "Persons by month",
    "share_of_asked_head": "share of what it asks",
    "invalid": "Not a value for this column",
    "invalid_list": "Choose from the list.",
    "invalid_number": "A number from {low:g} to {high:g}.",
    "rule_line": "rule {rule}",
}  # fmt: skip
"""Texts in English, by key; those of columns and cells are in
:mod:`planner.workbook.fields`."""

say = speaker(WORDS)
