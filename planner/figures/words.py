"""Titles and captions of figures; translations stand in the catalogue."""

from __future__ import annotations

from planner.labels import speaker

__all__ = ["WORDS", "said_of", "say"]

WORDS: dict[str, str] = {
    "source_line": "Source: {source}",
    "source_result": "scenario {name}, rule {rule}, {window}; inputs {digest}",
    "other_missions": "{count} other missions",
    # sand
    "sand_title_none": "Every pool has people to spare in every month",
    "sand_title_some": "No people to spare in some month: {count} of {all} pools",
    "sand_title_one_short": "{pool}: no people to spare in {count} of {all} months",
    "sand_title_one_spare": "{pool}: at least {spare} persons to spare in every month",
    "sand_subtitle": (
        "Persons by month in each pool: preparing, on duty, resting and idle, against the pool's "
        "strength. Every pool has its own scale; × marks pools that run out."
    ),
    "sand_subtitle_one": (
        "Persons by month: preparing, on duty, resting and idle, against the pool's strength"
    ),
    "crowd_title": "{pool}: {mission} ties up most people, {share} of the strength",
    "crowd_subtitle": (
        "Persons tied up (preparing, on duty or resting) by month and mission, against strength"
    ),
    "no_people": "No people of this pool are tied up.",
    "no_pools": "The scenario has no pools.",
    # places
    "places_title": (
        "“{package}” takes people from missions in {count} of {all} places, most in {place}: "
        "{lost} person-months"
    ),
    "places_title_one": (
        "“{package}” takes people from missions in one of {all} places, {place}: {lost} "
        "person-months"
    ),
    "places_title_none": "“{package}” takes no people from missions in any of {all} places",
    "places_title_fill": (
        "Missions in {count} of {all} places get less than {share} of the people they ask for"
    ),
    "places_subtitle": (
        "Circles are as large as what their missions ask for in the window ({window}) and as "
        "dark as it is not filled. Missions that are near each other stand together."
    ),
    "places_left_out": "Not on the map, as they have no place: {count}.",
    "places_plain": "Missions on the map",
    "places_none": "No mission of this scenario has a place on the map.",
    "places_lost": "lost",
    "places_caribbean": "Caribbean",
    "places_ring": "A ring marks a loss, listed in person-months of both main tasks.",
    # changeovers
    "changeovers_title": (
        "Most people change over at once in {month}: {persons} arrive, against {usual} in an "
        "ordinary month"
    ),
    "changeovers_subtitle": (
        "Persons who begin a tour in each month ({window}); people on call stay at home and are "
        "not counted. An ordinary month is the median."
    ),
    "changeovers_plain": "Changeovers by month",
    "changeovers_none": "No tour begins in the window.",
    "changeovers_busiest": "The busiest months",
    # rotations
    "rotations_title": "{name}: each post keeps about {ratio} people busy",
    "rotations_subtitle": (
        "One bar a tour: preparation, months on duty with the number of persons, rest. Tours that "
        "overlap stand below each other."
    ),
    "rotations_left_out": "Only the largest demands are shown; tours left out: {count}.",
    "no_tours": "No tours in the window.",
    "rotations_plain": "Rotations: {name}",
    # fill
    "fill_title": "Filled less than {share}: {count} of {all} missions; least {worst}, {rate}",
    "fill_title_full": "Every mission is filled at least {share}",
    "fill_subtitle": (
        "Persons on duty as a share of those asked, by mission and month; darker is emptier. On "
        "the right the fill rate of the whole window."
    ),
    "mandate_ends": "a mandate ends",
    "nothing_asked": "nothing asked",
    "nobody_asked": "No people are requested in the window.",
    "fill_plain": "Fill by mission and month",
    # displacement
    "displaced_title": (
        "“{package}” displaces {total} person-months of main task 2; {mission} loses most, {most}"
    ),
    "displaced_title_none": "“{package}” displaces nothing of main task 2",
    "displaced_subtitle": (
        "Person-months lost by each mission: filled without the package minus filled with it, "
        "{window}"
    ),
    "displaced_whisker": (
        "Lines: from the smallest to the largest value over all optimal allocations."
    ),
    "displaced_rest": "Missions that change less than {least}: {count}.",
    "displaced_axis": "displaced, person-months",
    "other_main_task_1": "main task 1, other missions",
    "no_package": "The scenario has no package, so nothing displaces.",
    "displacement_plain": "Displacement by mission",
    # flow
    "flow_title": (
        "“{package}” takes {total} person-months from other missions, {most} of them through {pool}"
    ),
    "flow_title_several": (
        "Of {count} packages “{package}” takes most from other missions: {total} person-months, "
        "{most} of them through {pool}"
    ),
    "flow_several": "Each package as if it came last: what they take together is not the sum.",
    "flow_subtitle": (
        "Person-months lost, from commitments through pools to the missions that lose them, "
        "{window}. Widths are person-months, less what a mission gets back from another pool."
    ),
    "flow_gains": "Not drawn: {gain} person-months that other missions gain.",
    "commitments": "commitments",
    "lose": "missions that lose",
    "flow_plain": "Flow of displacement",
    "flow_none": "Nothing is displaced.",
    # curve
    "curve_title": (
        "“{name}”: the first {headroom} posts cost main task 2 nothing; at {size} it loses {total} "
        "person-months"
    ),
    "curve_title_none": (
        "“{name}”: main task 2 loses from the first post on; at {size} posts {total} person-months"
    ),
    "curve_title_free": (
        "“{name}”: all {size} posts, and up to {headroom}, cost main task 2 nothing"
    ),
    "curve_subtitle": (
        "Person-months of main task 2 displaced against the size of the package; numbers along the "
        "line are the person-months that one post more costs on it."
    ),
    "curve_tried": (
        "Planned at {count} sizes; between them an estimate, from which the sizes planned last "
        "differed by up to {give} person-months."
    ),
    "curve_key": "displacement, with its breakpoints",
    "curve_key_tried": "displacement; dots where the slope changes",
    "curve_band": "other allocations, equally good",
    "headroom": "headroom",
    "its_size": "the package: {posts}",
    "size_axis": "size of the package, posts",
    "source_rule": "Rule: {rule}",
    "source_beside": "scenarios {names}, rule {rule}, {window}",
    # scenarios
    "scenarios_fill_title": "Main task 2 is filled least in “{name}”: {rate}",
    "scenarios_subtitle": (
        "Fill rate by mission in each scenario, those that differ most first, then those that only "
        "some ask (– is not asked). Displaced: person-months of main task 2."
    ),
    "scenarios_rest": "Not shown, for differing less: {count}.",
    "scenarios_plain": "Scenarios side by side",
    "task_2_short": "main task 2:",
    "displaced_short": "displaced:",
    "as_in": "as in {name}",
    "no_difference": "No mission's fill differs between these scenarios.",
    "versus_title": "“{second}” against “{first}”: missions filled less {fewer}, more {more}",
    "versus_title_same": (
        "“{second}” and “{first}” ask for different missions, and fill the others alike"
    ),
    "versus_subtitle": (
        "Fill rate by mission in both, largest loss first; at the end what only one of them asks."
    ),
    # many draws
    "source_futures": "scenario {name}, rule {rule}, {window}; {draws}, seed {seed}; run {digest}",
    "fan_title": "Fill of {name}: {low} to {high} in nine draws of ten, on average {mean}",
    "fan_plain": "Fill of {name} by month",
    "fan_subtitle": (
        "Fill rate by month over {draws}: median, half and nine tenths of all draws. The title "
        "is about the whole period."
    ),
    "fan_90": "9 of 10 draws",
    "fan_50": "half of all draws",
    "spread_rest": "the rest",
    "median": "median",
    "mean": "mean",
    "interval": "95% interval of the mean",
    "mean_interval": "mean, with its 95% interval",
    "all_missions": "all missions",
    "draws": "{count} draws",
    "draws_axis": "draws",
    "spread_title": (
        "“{package}” displaces {mean} ± {half} person-months of main task 2 on average, {low} to "
        "{high} in nine draws of ten"
    ),
    "spread_subtitle": (
        "Share of draws by person-months displaced, without and with the package on the same "
        "{draws}; ± is the 95% interval of the mean"
    ),
    "share_of_futures": "share of draws",
    "chance_title": (
        "More likely than not to stay below a fill of {target}: {count} of {all} missions"
    ),
    "chance_plain": "Chance of a fill of {target}",
    "chance_subtitle": (
        "Chance that a mission's fill rate is at least {target}, lowest first, over {draws}; lines "
        "are 95% intervals"
    ),
    "chance_axis": "chance",
    "converge_title": "After {draws} the mean of {quantity} is {mean} ± {half}",
    "converge_title_few": "After {draws} the mean of {quantity} is {mean}, its error not known",
    "converge_subtitle": (
        "Mean over the draws made so far, with its 95% interval (what ± stands for)"
    ),
    "quantity_fill": "the fill rate",
    "quantity_fill_of": "the fill rate of {of}",
    "quantity_present": "the fill rate by people present",
    "quantity_present_of": "the fill rate of {of} by people present",
    "quantity_displacement": "displacement by “{of}”",
    "quantity_displacement_main_task_1": "what other main task 1 loses to “{of}”",
    "quantity_filled": "what is filled for “{of}”",
    "quantity_displacement_ratio": "the displacement ratio of “{of}”",
    # what drives it
    "c_certain": "None of the figures is uncertain, so every draw is the same.",
    "ranking_plain": "What drives it",
    "ranking_title": "“{factor}” goes most with {quantity}: about {share} of its spread",
    "ranking_title_none": "{draws} are too few to tell what drives {quantity}",
    "ranking_subtitle": (
        "Rank correlation of each uncertain figure with {quantity} over all draws, strongest "
        "first: to the right more of one is more of the other. Clear is what chance would hardly "
        "do to any of so many: {count} of {all}."
    ),
    "ranking_axis": "rank correlation",
    "ranking_clear": "clear",
    "ranking_chance": "may be chance",
    "interval_95": "95% interval",
    "indices_title": "{group} has a part in {share} of the spread of {quantity}",
    "indices_subtitle": (
        "Sobol indices of groups of uncertain figures, from {count} plans: the part of the "
        "variance that goes with a group alone, and with all it takes part in."
    ),
    "indices_first": "alone (first order)",
    "indices_total": "with interactions (total)",
    "variance_axis": "share of the variance",
    # uncertain numbers
    "factor_sizes": "size of {of}",
    "factor_decided": "whether {of} goes ahead",
    "factor_extended": "how long {of} is extended",
    "factor_shifted": "when {of} begins",
    "factor_shared": "shared: {of}",
    "tornado_title": "What moves the displacement by “{package}”, one assumption at a time",
    "tornado_subtitle": (
        "Smallest and largest displacement of main task 2 over {count} single changes; {now} for "
        "the likely values ({rule})"
    ),
    "tornado_nothing": "None of {count} single changes moves it by half a person-month or more.",
    "tornado_less": "less displaced",
    "tornado_more": "more displaced",
    "tornado_rule": "rule",
    "tornado_window": "months reported",
    "figure_kind_changeover": "changeover, en bloc or staggered",
    "figure_demand_options": "order of preference",
    "figure_package_size": "size",
    "figure_package_first": "first month",
    "force_armed-forces": "Armed forces, all pools",
    "figure_pool_posts": "posts",
    "figure_pool_filled_factor": "deviation of the share of posts filled",
    "figure_pool_fit_factor": "deviation of the share fit to go",
    "figure_pool_filled": "share of posts filled",
    "figure_pool_fit": "share fit to go",
    "figure_demand_cap": "persons asked",
    "figure_demand_first": "first month",
    "figure_demand_last": "last month",
    "before_after_title": "The record speaks of {some} of {all} parameters",
    "before_after_none": "It says nothing of any.",
    "before_after_subtitle": (
        "Nine draws in ten before and after {seen} observations up to {until}; the sample is worth "
        "{effective} independent draws."
    ),
    "before": "before",
    "after": "after",
    "before_low": "low before",
    "before_high": "high before",
    "counts_axis": "counts",
    "counted": "counted",
    "pit_axis": "place of the count in its forecast",
    "pit_band": "band where forecasts are right",
    "pit_title": "Places of counts in their forecasts stay inside the band",
    "pit_title_out": "Places of counts in their forecasts leave the band in {bins} of five parts",
    "pit_subtitle": "{counts} counts after {until}, forecast with what was known then.",
    "half_inside": "half of the draws",
    "most_inside": "nine draws in ten",
    "forecasts_axis": "share of the ceiling",
    "forecasts_title": "{inside} of {all} later counts lie where nine draws in ten do",
    "forecasts_subtitle": (
        "Forecasts with what was known in {until}, given the months and ceilings decided later."
    ),
    "figure_kind_tour": "length of a tour",
    "figure_kind_preparation": "preparation",
    "figure_kind_dwell": "months at home between tours",
    "figure_kind_rest": "rest after a tour",
    "figure_kind_acceptance": "chance that a nominee is taken",
    "figure_kind_lead": "months to the next nominee",
    "figure_kind_early_return": "early return",
    "figure_demand_manned": "share of its ceiling used",
    "figure_package_known": "month in which it is known",
    "figure_bound_min": "least persons",
    "figure_bound_max": "most persons",
}
"""Texts in English, by key."""


say = speaker(WORDS)
"""Return a title, caption or word in a language; see :func:`planner.labels.speaker`."""


def said_of(key: str, lang: str, **values: object) -> str:
    """Return a text as :func:`say` does, empty where none exists of that key."""
    return say(key, lang, **values) if key in WORDS else ""
