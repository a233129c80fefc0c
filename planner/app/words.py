"""Texts of the what-if page; translations stand in the catalogue."""

from __future__ import annotations

from planner.labels import speaker
from planner.whatif.charts import WORDS as CHARTS

__all__ = ["WORDS", "say"]

WORDS: dict[str, str] = {
    "page_title": "What if",
    "page_lead": "Move a commitment and see which missions go short of people.",
    "other_language": "Nederlands",
    "skip": "Skip to the results",
    "levers": "Levers",
    "results": "Results",
    "details": "Details",
    # plan and variant
    "side_change": "change",
    "keep": "Keep as {side}",
    "keep_full": "Three variants are kept",
    "keep_show": "Show",
    "keep_drop": "Remove",
    "base": "Scenario to begin from",
    "uploaded": "uploaded",
    "reset": "Put everything back",
    "moved": "What you moved",
    "moved_none": "Nothing yet: the variant is the plan.",
    # levers
    "group_packages": "Packages",
    "group_people": "People by pool",
    "group_rest": "Rest after a tour",
    "group_tour": "Length of tours",
    "group_decide": "Missions under study",
    "group_protect": "Protected missions",
    "group_tier": "Who goes first",
    "no_package_levers": (
        "This scenario has no package. Choose one that has to move its size and start."
    ),
    "rest_note": "Multiple of the months of rest for each month away (uitzendbescherming).",
    "tier_note": "A mission of a lower tier gets people first, whatever that costs the next.",
    "protect_note": (
        "A protected mission gets people before all others, the package included, whatever that "
        "costs them."
    ),
    "lever_protect": "protected",
    "lever_rule": "Rule",
    "lever_on": "takes part",
    "lever_size": "Size, times",
    "lever_first": "First month",
    "lever_known": "Known from",
    "lever_people": "strength, times",
    "lever_rest": "rest, times",
    "lever_tour": "tour, months",
    "lever_go": "goes ahead",
    "lever_send": "goes after all (declined)",
    "lever_tier": "tier",
    "as_it_was": "several",
    "known_start": "the start",
    "known_just-in-time": "just in time",
    "on": "on",
    "off": "off",
    # state
    "ready": "Ready",
    "computing": "Computing …",
    "loading": "Loading …",
    "lost": "The connection is lost: reload the page, the address brings back what you had.",
    "wrong": "This cannot be:",
    "address_wrong": "Parts of the address could not be followed:",
    "unexpected": "Something went wrong on the server. Your levers are as they were.",
    # the answer
    "answer_draws_lead": "Over the draws",
    "answer_likely_lead": "For the likely values",
    "answer_when_lead": "When",
    "answer_ranges_lead": "Without counts",
    "answer_who_lead": "From whom",
    "moves": "input",
    "moves_title": (
        "What moves it most over the draws: the part of the spread that goes with it, and the "
        "chance that anything is displaced in the lowest and in the highest third of its values"
    ),
    "moves_part": "spread",
    "moves_low": "lowest third",
    "moves_high": "highest third",
    "moves_none": "No single input clearly goes with displacement in these draws.",
    "moves_turn_nothing": (
        "In most draws nothing is displaced; where a chance is marked * it is the other way round."
    ),
    "moves_turn_something": (
        "In most draws something is displaced; where a chance is marked * it is the other way "
        "round."
    ),
    "moves_stay_nothing": "In most draws nothing is displaced, in each of these thirds as well.",
    "moves_stay_something": (
        "In most draws something is displaced, in each of these thirds as well."
    ),
    "answer_plan_lead": "In the plan",
    "answer_certainty": "How certain",
    "answer_likely": (
        "For the likely values alone “{package}” displaces {total} person-months of main task 2 "
        "({rule})."
    ),
    "answer_likely_gains": (
        "For the likely values alone main task 2 gets {total} person-months more with “{package}” "
        "({rule})."
    ),
    "answer_beside": "It displaces {total} person-months of main task 2 ({rule}).",
    "answer_other_fair": "Under the other rule, {rule}, it is {total}.",
    "answer_other_value": (
        "Under the other rule, {rule}, it is {total} (one of several plans that are as good)."
    ),
    "answer_phase": "Of these {before} fall before its first month and {after} from then on.",
    "answer_lost_2": "Who loses them: {list}.",
    "answer_lost_1": "Main task 1 loses {total}: {list}.",
    "answer_loser": "{mission} ({lost} person-months, at most {persons}, in {months})",
    "answer_post": "{mission} ({persons} for {months})",
    "answer_others": "others: {count}",
    "answer_small_2": (
        "Missions of main task 2 that never lose half a person at a time lose {lost} "
        "person-months together."
    ),
    "answer_small_1": (
        "Missions of main task 1 that never lose half a person at a time lose {lost} "
        "person-months together."
    ),
    "answer_drawn_1": "Other missions of main task 1 lose {lost} person-months on average.",
    "answer_drawn_plan": (
        "Over the same draws the plan, without what you moved, displaces {mean} person-months on "
        "average, {q05} to {q95} in nine of ten; the chance of any is {chance}."
    ),
    "answer_more": "Both main tasks together lose {change} more than in the plan.",
    "answer_less": "Both main tasks together lose {change} less than in the plan.",
    "answer_off": "“{package}” is switched off: other missions keep their people.",
    "answer_fill": (
        "For the likely values alone {share} of what missions of main task 2 ask can be filled; "
        "shortest of people are {missions}."
    ),
    "answer_fill_all": (
        "For the likely values alone all that missions of main task 2 ask can be filled."
    ),
    "answer_drawing": (
        "This is the plan for the likely values of all inputs. Draws of everything uncertain are "
        "being made; they say how likely it is …"
    ),
    "answer_more_draws": "More draws are being made …",
    "answer_on_request": (
        "This is the plan for the likely values of all inputs; the draws below say how likely it "
        "is."
    ),
    "answer_fill_range": (
        "Over {draws} draws main task 2 gets {low} to {high} of the people it asks in an average "
        "month, in nine draws of ten."
    ),
    "answer_no_range": "There is nothing uncertain in this scenario.",
    "answer_trust": (
        "Strengths of pools are assumptions: rely on the order of magnitude and on who loses most, "
        "not on the last digit. Click a bar to see why."
    ),
    "undo": "Undo",
    "redo": "Redo",
    # what is shown
    "key_likely": (
        "Charts and tables show the likely values, except where they say that they show draws."
    ),
    "headline": "In short",
    "head_asked": "{package}: asked, person-months",
    "head_filled": "{package}: filled, person-months",
    "head_lost_2": "displaced from main task 2, person-months",
    "head_lost_1": "lost by other main task 1, person-months",
    "head_ratio": "displacement ratio",
    "head_fill": "fill rate of main task {task}",
    "head_binding": "months in which a pool has no people left",
    "fill_title": "Fill by mission",
    "lost_title": "Displacement by mission",
    "lost_package": "Displaced by",
    "binds_title": "Bottlenecks",
    "binds_axis": "months in which everyone is taken and more people may help",
    "time_title": "People on duty by month",
    "time_axis": "persons on duty",
    "tours_title": "Tours",
    "tours_axis": "one row a tour: grey as planned, blue as changed",
    "all_of_task": "main task {task}",
    "mission_shown": "Mission",
    "month_shown": "Month",
    "as_table": "As a table",
    # why
    "why_ask": "Explain",
    "why_more": "What would change this is being computed …",
    "why_worst": "the worst month",
    "why_held": "Who holds the people",
    "held": "held",
    # how sure
    "sure_title": "How sure?",
    "sure_lead": (
        "Draws strengths, sizes and decisions at random within their ranges and plans each draw, "
        "with and without each package."
    ),
    "draws": "Draws",
    "reach": "Chance of a fill of at least",
    "run_draws": "Make draws",
    "run_ranges": "Show ranges",
    "run_changes": "Change assumptions one by one",
    "changes_title": "Each assumption changed by itself",
    "ranges_title": "Ranges over all optimal plans",
    "stop": "Stop",
    "job_waiting": "Waiting, {count} before you",
    "job_running": "{done} of {total}",
    "job_starting": "Starting … (up to a minute the very first time)",
    "job_left": "about {seconds} s left",
    "job_stopped": "Stopped.",
    "job_stale": "Levers have moved since: these figures are of the variant before.",
    "how_drawn": "How they were drawn",
    "fan_title": "Fill over time",
    "fan_middle": "half of the draws lie in the dark band, nine tenths in the light one",
    "chance_title": "Chance to reach a fill",
    "spread_title": "Displacement over the draws",
    "spread_drawing": "Draws are being made …",
    "spread_on_request": "Draws are made on request, further down.",
    "spread_none": "The package takes no part, so nothing is displaced.",
    "interval": (
        "{package} displaces {mean} person-months of main task 2 on average (95% interval of "
        "the mean {low} to {high}); nine draws in ten lie between {q05} and {q95}."
    ),
    "mean": "mean",
    "chance": "chance",
    "error": "standard error",
    "smallest": "smallest",
    "largest": "largest",
    # what can be promised
    "promise_title": "What can be promised?",
    "promise_lead": (
        "Shares are promised now, and plans are made with all that is then known. Choose how "
        "certain each promise has to be. Tours, preparation, time at home and dates stand at their "
        "likely values here, while the draws above let them vary: a mission may be promised all "
        "that it asks and still lose people in some of those draws."
    ),
    "certainty": "How certain",
    "promise_ask": "Work out promises",
    "promise_busy": "Promises are being worked out; draws that run go first …",
    "promise_ready": "These promises are of the variant as it stands.",
    "promise_seen": (
        "With {certainty} certainty {count} of {total} missions can be promised all that they ask"
    ),
    "promise_axis": (
        "share of what is asked; missions that can be promised all of it are in the table"
    ),
    "promise_likely": "promised by the plan for the expected values",
    "promise_share": "can be promised",
    "promise_kept": "kept in",
    "promise_interval": "95% interval",
    "promise_holds": "as certain as asked",
    "promise_table": "Promises by mission",
    # files
    "files_title": "Save and load",
    "save_scenario": "Scenario file",
    "save_table": "Tables",
    "save_figure": "Figure",
    "save_report": "Report",
    "save_workbook": "Workbook",
    "saving": "Making {name} …",
    "upload": "Load a scenario file",
    "upload_note": "YAML, at most {size}; it may build on the scenarios that come along, by name.",
    "uploaded_is": "Loaded {name}.",
    "link_short": "The address of this page brings back this view.",
    "link_long": "This file is too large for the address: save it as a scenario file to keep it.",
    # what it does not tell
    "limits_title": "What this does not tell you",
    "limits_1": (
        "It is no prediction of what the ministry will do: it shows what fits and what does not."
    ),
    "limits_2": (
        "Sizes of pools are assumptions: real strengths and readiness are not public. The letter's "
        "caps and months are facts."
    ),
    "limits_3": (
        "The size of the Dutch share on the eastern flank is an assumption as well; none was "
        "published."
    ),
    "limits_4": (
        "It counts posts and people by speciality and by month. It knows no names, ranks, ships' "
        "schedules, ammunition or money beyond the published budgets."
    ),
    "limits_5": (
        "Tiers come first, whatever they cost: one person-month of tier 1 outweighs any number "
        "of tier 2."
    ),
    # guide
    "guide": "Guided visit",
    "guide_step": "Step {step} of {steps}",
    "guide_next": "Next",
    "guide_back": "Back",
    "guide_1_title": "June 2022: the letter",
    "guide_1_text": (
        "The government tells parliament how many people go to some forty missions until "
        "2025. What NATO will ask on its eastern flank is not yet known. So your variant "
        "begins without it: the package is switched off, and for the likely values nearly "
        "everything can be filled."
    ),
    "guide_2_title": "July 2022: a battalion share",
    "guide_2_text": (
        "After the summit in Madrid a battalion share is promised from 2023. Plan and "
        "variant are the same now. The first sentence is of the likely values until draws are "
        "made, within a minute; then it is over the draws. Read which missions give way in how "
        "many of them, and what that depends on most."
    ),
    "guide_3_title": "What if it is twice as large?",
    "guide_3_text": (
        "The size stands at two. Main task 2 loses more, but main task 1 most of all: the "
        "package now competes with the response force and Lithuania, and does not get all "
        "that it asks. The bottlenecks show which pools have run dry."
    ),
    "guide_4_title": "What would help?",
    "guide_4_text": (
        "Back to one battalion share, and soldiers rest half as long after a tour. Much "
        "of what is lost is the price of the rest rule. Try the size of a pool, the month in "
        "which the package becomes known, or a mission that is protected as well."
    ),
    "guide_5_title": "Your turn",
    "guide_5_text": (
        "Everything is back where it was. Move what you like; the address of the page "
        "keeps it, so a link shows others the same. Further down ask why for any mission and "
        "month, and what can be promised with which certainty."
    ),
    "guide_end": "Close",
}
"""Texts in English, by key, without those of the charts."""

say = speaker({**CHARTS, **WORDS})
