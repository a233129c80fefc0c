"""Sentences about calibrations and backtests; translations stand in the catalogue."""

from __future__ import annotations

from planner.labels import speaker

__all__ = ["WORDS", "say"]

WORDS: dict[str, str] = {
    "calibrating": "calibrating",
    "plans": "plans",
    "calibrated": (
        "{rows} joint draws of the parameters, worth {effective} independent ones, given {seen} "
        "observations up to {until}."
    ),
    "speaks": "The record speaks of {some} of {all} parameters; about {silent} it says nothing.",
    "above": "Left out, since they exceed all that is asked: {observations}.",
    "not_usable": (
        "The sample is worth fewer than {least} independent draws: it is not used. More particles "
        "or fewer observations may help."
    ),
    "can_tell": (
        "{observation}: {seen} of {asked} were present. Of those missing, {strength_low} to "
        "{strength_high} for want of strength, {ceiling_low} to {ceiling_high} because the ceiling "
        "was not used, {vacancies_low} to {vacancies_high} because posts were vacant."
    ),
    "cannot_tell": (
        "{observation}: {seen} of {asked} were present. The counts cannot tell why: {strength_low} "
        "to {strength_high} of those missing may be for want of strength, {ceiling_low} to "
        "{ceiling_high} because the ceiling was not used, {vacancies_low} to {vacancies_high} "
        "because posts were vacant."
    ),
    "forecasting": "forecasting",
    "forecast": (
        "{counts} counts after {until} were forecast with what was known then: {cover} lie inside "
        "the 90% intervals, {half} inside the 50% intervals."
    ),
    "scored": (
        "Ranked probability score per person asked: {crps}; where every ceiling is filled {cap}, "
        "where the last share seen persists {last}, by the shares seen before {climatology}, "
        "without calibration {ranges}. That is {below} below the filled ceiling."
    ),
    "reached": "Reached: {what}.",
    "not_reached": "Not reached: {what}.",
    "cover_90": "80 to 97% of the counts inside the 90% intervals",
    "crps_below_cap": "a score at least 20% below that of the filled ceiling",
    "crps_less_climatology": "a score not above that of the shares seen before",
    "bins_outside_band": "places of the counts in their forecasts inside the band of even ones",
    "calibration": "Parameters before and after",
    "backtest": "Scores of forecasts",
    "nothing": "nothing",
    "moved": "moved",
    "narrowed": "narrowed",
    "tied": "tied to another",
    "all": "all",
    "lead": "lead",
    "unit": "units",
    "post": "posts",
    "expert": "civilian and police",
    "ranges": "ranges",
    "cap": "filled ceiling",
    "last": "last seen",
    "climatology": "seen before",
    "capacity": "capacity",
    "presence": "presence",
    "head_parameter": "parameter",
    "head_layer": "layer",
    "head_unit": "unit",
    "head_before": "before",
    "head_before_low": "from",
    "head_before_high": "to",
    "head_after": "after",
    "head_after_low": "from",
    "head_after_high": "to",
    "head_shift": "shift",
    "head_spread": "spread",
    "head_says": "record",
    "head_by": "by",
    "head_group": "group",
    "head_forecast": "forecast",
    "head_counts": "counts",
    "head_crps": "score",
    "head_log": "log score",
    "head_cover_50": "inside 50%",
    "head_cover_90": "inside 90%",
    "head_bias": "bias",
    "learning": "Value of learning each parameter",
    "varies": (
        "{what} is {mean} on average over {draws} draws, with a standard deviation of {deviation}."
    ),
    "learn": "Knowing one parameter would remove, of the variance: {list}.",
    "removes": "{parameter} {share} (known to {who})",
    "nothing_to_learn": "No single parameter would narrow it by more than chance gives.",
    "personnel": "the armed forces' personnel command; the readiness annexes are confidential",
    "operations": "the Defence Staff's operations branch",
    "police": "the National Police's missions office",
    "roster": "the Foreign Ministry's civilian mission pool",
    "government": "the government, when it decides",
    "head_removes": "removes",
    "head_clear": "clear",
    "head_mean": "mean",
    "head_low": "from",
    "head_high": "to",
    "head_known_by": "known to",
}

say = speaker(WORDS)
