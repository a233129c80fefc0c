"""Headings and sentences of a report; translations stand in the catalogue."""

from __future__ import annotations

from planner.labels import speaker

__all__ = ["WORDS", "say"]

WORDS: dict[str, str] = {
    # the page itself
    "kicker": "What more on NATO's eastern flank costs other missions",
    "skip": "To the summary",
    "contents": "Contents",
    "figure_region": "figure",
    "footer": "Made with planner {version}. Nothing in this file is fetched from elsewhere.",
    "draws_fact": "draws",
    "no_draws_fact": "none",
    # summary
    "summary": "Summary",
    "s_plan": (
        "“{package}” displaces {total} person-months of main task 2 in the plan for the likely "
        "values; how likely that is takes draws."
    ),
    "s_losers": (
        "It takes most, in person-months, from {list}; and {others} from other commitments of main "
        "task 1."
    ),
    "s_others": "Other commitments of main task 1 give up {others} person-months on average.",
    "s_nobody": (
        "No mission of main task 2 loses half a person or more in any month; other commitments of "
        "main task 1 give up {others} person-months."
    ),
    "s_fill": (
        "Main task 2 gets {two} of the people it asks and main task 1 {one}; no package is asked "
        "for, so nothing is displaced."
    ),
    "s_short": "Missions that get less than {target}: {count}, among them {list}.",
    "s_none_short": "Every mission gets at least {target} of the people it asks.",
    "s_trust": "How far to trust it: {parts}.",
    "s_posts": "the posts behind {posts} of all strength are an assumption",
    "s_single": "under {count} single changes of an assumption displacement is {low} to {high}",
    "s_most": "what moves it most is {list}",
    "s_moves": "“{input}” ({low} to {high})",
    "s_changes": "the conclusion is another under {count} of them",
    "s_stays": "the conclusion is another under none of them",
    "s_no_draws": "no draws were made, so this is the likely case alone",
    # sections
    "promises": "What can be promised",
    "p_promises": (
        "Shares are promised now, and plans are made with all that is then known. Each share below "
        "is the largest that is kept with {certainty} certainty, found on {draws} draws and "
        "checked on {fresh} others. Beside it what the plan for the expected values promises, and "
        "how often that is kept. Tours, preparation, time at home and dates stand at their likely "
        "values here, while draws of displacement let them vary: a mission may be promised all "
        "that it asks and still lose people in some of those draws."
    ),
    "promising": "finding promises",
    "conclusions": "Conclusions",
    "levers": "What if",
    "fill": "How well each mission is filled",
    "displacement_section": "What each mission loses",
    "questions": "Further questions",
    "bottlenecks_section": "Which people run out, and when",
    "fill_rates": "Fill by region, category and organisation",
    "curves": "As the package grows",
    "sure": "How sure is it",
    "comparison_section": "Beside other scenarios",
    "assumptions": "Assumptions and sources",
    "limits": "What this does not tell you",
    "manifest": "How this was computed",
    # tables
    "t_fill": "Fill by mission, person-months",
    "t_mean": "mean",
    "t_spread": "9 of 10 draws",
    "t_chance": "chance of {target}",
    "t_displaced": "Person-months that “{package}” takes from main task 2",
    "t_displaced_1": "Person-months that “{package}” takes from other commitments of main task 1",
    "forecasts_section": "How good are the forecasts",
    "p_forecasts": (
        "People who were counted after the letter, forecast with what was known when it was sent "
        "and given the months and ceilings decided later."
    ),
    "t_forecasts": "Scores of forecasts and references; a lower score is better",
    "forecast_of": "forecast",
    "forecast_counts": "counts",
    "forecast_crps": "score per person asked",
    "forecast_inside": "inside 90%",
    "forecast_bias": "bias, of the ceiling",
    "forecast_calibrated": "calibrated draws",
    "forecast_ranges": "draws by the ranges alone",
    "forecast_cap": "every ceiling is filled",
    "forecast_last": "last share seen persists",
    "forecast_climatology": "shares seen before",
    "robust_section": "What single assumptions do",
    "t_input": "input",
    "t_change": "change",
    "t_difference": "difference",
    "t_loses_most": "loses most",
    "t_robust": "Displacement of main task 2 under single changes, person-months",
    "t_unmoved": "Changes not shown, which move it less: {count}.",
    "t_period": "period",
    "t_periods": "“{package}” by year, and before and after its first month, person-months",
    "t_before": "before its first month",
    "t_after": "from its first month on",
    "robustness": "changing single assumptions",
    "other_rule": "planning by the other rule",
    "t_range": "other best plans",
    "t_bottlenecks": "Pools in which more people may add to the fill",
    "t_binding": "months",
    "t_bounds": "Composition goals missed",
    "t_by": "Fill rate by {what}, person-months",
    "t_pieces": "What each post more of “{package}” costs main task 2",
    "t_posts": "posts",
    "t_each": "person-months a post",
    "t_each_1": "other main task 1, a post",
    "t_payers": "paid most by (person-months a post)",
    "t_tried": (
        "Planned at {count} sizes; between them an estimate, from which the sizes planned last "
        "differed by up to {give} person-months."
    ),
    "t_exact": "Breakpoints are exact.",
    "t_short_curve": "Pieces shorter than one post are left out.",
    "t_scenarios": "Scenarios side by side",
    "t_filled_for": "filled for packages",
    "t_interval": "95% interval",
    "t_grounds": "What the result rests on",
    "t_part": "what",
    "drivers": "What drives it",
    "t_drivers": "Share of the spread that goes with uncertain figures, by what those rest on",
    "t_drivers_note": (
        "Sums over the figures that are clear; what is lacking from 100% is interaction, figures "
        "too weak to be told from chance, and what ranks do not see."
    ),
    "t_quantity": "spread of",
    "t_clear": "clear figures",
    "t_drawn": "of drawn",
    "t_assumptions": "Figures that are assumptions",
    "t_public": "Figures from public sources",
    "t_letter": "Figures from the letter",
    "t_why": "why, or where",
    "t_range_figure": "low – high",
    "t_sources": "Sources",
    "t_inputs": "Files that went in",
    "t_manifest": "Options, versions and proof",
    "g_figures": "all figures in use",
    "g_cap": "person-months asked: how many people",
    "g_months": "person-months asked: which months",
    "g_tour": "person-months served: length of tours",
    "g_preparation": "person-months served: preparation",
    "g_rest": "person-months served: rest",
    "g_posts": "strength of pools: posts",
    "g_filled": "strength of pools: share filled",
    "g_fit": "strength of pools: share fit to go",
    # what is being done
    "following": "following the curve",
    "ranging": "other best plans",
    "asking": "asking why",
    "simulating": "making draws",
    "composing": "drawing figures",
    # manifest
    "m_digest": "fingerprint of the effective inputs",
    "m_options": "options",
    "m_versions": "versions",
    "m_futures": "draws",
    "m_residual": "largest residual of the accounts",
    "m_hash": "SHA-256",
    "m_gone": "not readable",
    # conclusions
    "c_asked": (
        "“{package}” asks {asked} person-months ({window}); {filled} of them ({rate}) can be "
        "filled."
    ),
    "c_asked_full": (
        "“{package}” asks {asked} person-months ({window}), and all of them can be filled."
    ),
    "c_likely": (
        "In the plan for the likely values of all parameters it displaces {total} person-months of "
        "main task 2 ({rule}){ratio}."
    ),
    "c_ratio": ", {ratio} for every hundred that it gets itself",
    "c_other_rule": "Under the other rule, {rule}, that plan displaces {total}{note}.",
    "c_one_of_several": "(one of several plans that are as good)",
    "c_phase": "Of this {before} fall before its first month, {month}, and {after} from then on.",
    "c_less_than_half": (
        "Missions that lose less than half a person at any time, {lost} person-months together: "
        "{count}."
    ),
    "c_gained": (
        "Main task 2 gains {total} person-months by it: it sets people free, or forces a choice "
        "that suits others."
    ),
    "c_no_futures": (
        "How sure: this report has no draws, so it is about the likely values alone and says "
        "nothing about how far uncertain parameters move them; planner report --draws 256 does."
    ),
    "c_certain": (
        "How sure: none of this scenario's figures is stated as uncertain, so every draw is the "
        "same."
    ),
    "c_unique": (
        "Under the fair rule there is one best allocation, so no figure depends on the solver."
    ),
    "c_ranges": (
        "Under the value rule other allocations are just as good: in them displacement lies "
        "between {low} and {high} person-months."
    ),
    "c_ranges_same": (
        "Under the value rule other allocations are just as good: all of them displace as much, "
        "but not always from the same missions."
    ),
    "c_value": (
        "Under the value rule only totals of tiers are unique; figures of single missions may "
        "differ in other allocations that are just as good."
    ),
    "c_whole": (
        "Whole people and units were asked for: such plans are not unique, and differences of a "
        "few people may be no more than that."
    ),
    "c_most": (
        "{mission} loses most: {lost} person-months, {share} of what it asks, at most {persons} "
        "persons at a time ({months})."
    ),
    "c_then": "After it: {list}.",
    "c_then_one": "{mission} ({lost} person-months, at most {persons} persons)",
    "c_pool": "{share} of the displacement falls in the pool {pool}.",
    "c_main_task_1": (
        "Other commitments of main task 1 lose {total} person-months to it, {mission} most "
        "({lost})."
    ),
    "c_headroom": (
        "In that plan the first {posts} of its {size} posts displace nothing of main task 2."
    ),
    "c_headroom_all": (
        "In that plan it could grow from {size} to {posts} posts before main task 2 loses anything."
    ),
    "c_headroom_none": "In that plan main task 2 loses from its first post on.",
    "c_no_package": (
        "This scenario has no package, so there is nothing that displaces: it is what the "
        "commitments at hand ask, and what can be filled of it."
    ),
    "c_fill": (
        "Main task 2 gets {two} of the people it asks and main task 1 {one}. Less than "
        "{target}: {count} of {all} missions."
    ),
    "c_fill_futures": (
        "Over all draws main task 2 gets {mean} ± {half} on average, {low} to {high} in nine of "
        "ten. More likely than not to get less than {target}: {count} of {all} missions."
    ),
    "c_tight": (
        "Pools that bind in some month: {count} of {all}; most often {pool}, in {months} months."
    ),
    "c_bounds": "Composition goals missed in some month: {count}.",
    "c_other": (
        "In the plan of “{name}” main task 2 gets {rate}, and {lost} person-months are displaced."
    ),
    "c_other_nothing": (
        "In the plan of “{name}” main task 2 gets {rate}, and nothing of it is displaced."
    ),
    "c_other_none": "In “{name}”, which has no package, main task 2 gets {rate}.",
    "c_grounds": (
        "{caps} of the person-months asked have a cap that is an assumption, and so are the posts "
        "of {posts} of the strength: see “{section}”."
    ),
    # paragraphs
    "p_fill": (
        "Person-months are people on duty times months, {window}. What is asked is the cap of each "
        "mandate; what is filled is how many the pools can carry with preparation and rest."
    ),
    "p_displacement": (
        "Displacement is what is filled without the package minus what is filled with it, all else "
        "equal. The package became known in {month}; nothing before that month changes."
    ),
    "p_several": (
        "Each package is held against a plan without it in which the others remain, as if it came "
        "last. What they displace together is shared out under further analyses."
    ),
    "p_bottlenecks": (
        "In these months everyone in the pool is taken and more people may raise the fill of some "
        "mission; in all others they raise none. People who rest or prepare are not free. What one "
        "more person brings takes a new plan each: planner prices."
    ),
    "p_no_bottlenecks": "No pool binds in any month.",
    # levers
    "p_levers": (
        "All {count} settings below were planned when this file was made. Change one and the "
        "figures follow; the rest of the report stays with the scenario as it was."
    ),
    "p_levers_value": (
        "All at likely values. Under the rule value other plans are as good: what a tier is filled "
        "in total is the same in all of them, which mission loses is not."
    ),
    "lever_controls": "Settings",
    "lever_result": "Outcome of these settings",
    "lever_reset": "As in the report",
    "lever_share": "share of what is asked",
    "lever_in_table": "The numbers are in the table below.",
    "lever_no_script": (
        "Levers, charts and pictures need JavaScript, which is switched off here; text and tables "
        "do not."
    ),
    "lever_go": "{mission} goes ahead",
    "lever_size": "Size of “{package}”",
    "lever_off": "not there",
    "lever_displaces": (
        "For the likely values “{package}” displaces {lost} person-months of main task 2, "
        "{ratio} of its own."
    ),
    "lever_displaces_none": "For the likely values “{package}” displaces nothing of main task 2.",
    "lever_gains": (
        "For the likely values main task 2 gets {lost} person-months more with “{package}”."
    ),
    "lever_gets": "It gets {filled} of the {asked} person-months it asks for ({rate}).",
    "lever_whole": "Missions get {filled} of the {asked} person-months they ask for ({rate}).",
    "lever_takes": "Other commitments of main task 1 lose {lost} person-months.",
    "lever_small": "less than half a person at any time",
    "lever_mission": "mission",
    "lever_asked": "person-months asked",
    "lever_fill": "fill rate",
    "lever_lost": "person-months lost",
    "lever_lost_to": "lost to “{package}”",
    "lever_was": "in the report",
    "lever_others": "{count} other missions get all that they ask for.",
    "lever_all_full": "Every mission gets all that it asks for.",
    "lever_people": "Strength of “{pool}”",
    "free_summary": "Any size, any strength: solved in this file (rule value)",
    "free_about": (
        "The programme of the scenario as it was is solved here, in the browser, each time a "
        "slider moves. Nothing is sent anywhere."
    ),
    "free_loading": "The solver is loading …",
    "free_note": (
        "Shown are totals by main task, which no choice among optimal plans changes, given the "
        "plan made before the package is known. That first plan is the one of this report as long "
        "as strengths stay as they were; with other strengths it is one of several that are as "
        "good, and the total with the package may depend on which."
    ),
    "lever_free": (
        "For the likely values “{package}” displaces {lost} person-months of main task 2: "
        "{with} with it, {without} without it."
    ),
    "lever_free_main": "Main task 1 gets {with} person-months, packages included.",
    "lever_free_proof": (
        "Proved optimal in this file: {solves} programmes in {seconds} s; largest violation of a "
        "limit {primal}, of a reduced cost {dual}, duality gap {gap} (all relative)."
    ),
    "lever_free_first": "The plan made before the package is known was solved here too.",
    "lever_free_unproved": (
        "No numbers: the answer could not be proved optimal (violations {primal}, {dual}, {gap})."
    ),
    "lever_free_failed": "The solver cannot be loaded in this browser: {reason}",
    "answering": "planning the settings",
    "p_no_package": (
        "The scenario has no package; ask for one that has, such as eastern-flank-battalion, to "
        "see what it displaces."
    ),
    "p_no_curves": (
        "Curves were not asked for, or the scenario behind this result cannot be solved again."
    ),
    "p_robust": (
        "One assumption is changed at a time, all others stay at their likely values, and the plan "
        "is made again with and without the package. How likely a change is, and what several do "
        "together, only draws say."
    ),
    "p_sure": (
        "{draws} draws were made: in each of them every uncertain figure takes a value inside "
        "its range, and people are divided anew, without and with the package. ± is the 95% "
        "interval of a mean."
    ),
    "p_no_draws": "No draws were made for this report; planner report --draws 256 does.",
    "p_grounds": (
        "Each row takes an amount of the result and divides it by what the figure behind it is: a "
        "number in the letter, in another public source, or an assumption. Where several figures "
        "make one together, the weakest counts."
    ),
    "p_drivers": (
        "The square of a rank correlation is about the share of the ups and downs over the draws "
        "that goes with one figure alone. It shows what goes together, not more: with few draws "
        "only the strongest can be told from chance."
    ),
    "p_manifest": (
        "With these files and versions the same command gives the same figures. Every plan comes "
        "with a proof that nothing better exists; its largest violation stands below."
    ),
    "fold_public": "Figures from public sources: {count}",
    "fold_letter": "Figures from the letter: {count}",
    # limits
    "l_strength": (
        "How many people the armed forces, the police and others really have for missions: "
        "readiness and strengths by unit are confidential, so the sizes of the pools are "
        "assumptions."
    ),
    "l_decision": (
        "What the government will do. A rule divides people here; ministers weigh more than people."
    ),
    "l_package": (
        "How large the package will be: “{package}” is an assumption where no number was published."
    ),
    "l_mission": (
        "Whether a mission succeeds, or what it is worth. A filled post is a post with somebody in "
        "it; person-months of different missions are added as if they were alike."
    ),
    "l_people": (
        "Anything about persons: those in a pool count as alike, without names, ranks, families or "
        "the missions they were on before."
    ),
    "l_means": "Ships' schedules, aircraft, ammunition, or money beyond the published budgets.",
    "l_month": "What happens inside a month: a mission of ten days takes a month here.",
    "l_unknown": (
        "What was not foreseen. Draws vary parameters inside their ranges; they hold no war, no "
        "strike and no new law, and the model stays the same in all of them."
    ),
    "l_no_draws": "How sure its numbers are: no draws were made for this report.",
    "l_value": (
        "Which mission loses, under the value rule: other plans that are just as good may take "
        "from others."
    ),
}
"""Texts in English, by key."""

say = speaker(WORDS)
"""Return a title, sentence or word in a language; see :func:`planner.labels.speaker`."""
