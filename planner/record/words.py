"""Sentences about calibrations and backtests, in English and in Dutch."""

from __future__ import annotations

from planner.labels import speaker

__all__ = ["WORDS", "say"]

WORDS: dict[str, tuple[str, str]] = {
    "calibrating": ("calibrating", "kalibreren"),
    "plans": ("plans", "plannen"),
    "calibrated": (
        "{rows} joint draws of the parameters, worth {effective} independent ones, given {seen} "
        "observations up to {until}.",
        "{rows} gezamenlijke trekkingen van de parameters, {effective} onafhankelijke waard, "
        "gegeven {seen} waarnemingen tot en met {until}.",
    ),
    "speaks": (
        "The record speaks of {some} of {all} parameters; about {silent} it says nothing.",
        "De waarnemingen zeggen iets over {some} van de {all} parameters; over {silent} niets.",
    ),
    "not_usable": (
        "The sample is worth fewer than {least} independent draws: it is not used. More particles "
        "or fewer observations may help.",
        "De steekproef is minder dan {least} onafhankelijke trekkingen waard en wordt niet "
        "gebruikt. Meer deeltjes of minder waarnemingen kunnen helpen.",
    ),
    "can_tell": (
        "{observation}: {seen} of {asked} were there. Of those missing, {strength_low} to "
        "{strength_high} for want of strength, {ceiling_low} to {ceiling_high} because the ceiling "
        "was not used, {vacancies_low} to {vacancies_high} because posts were vacant.",
        "{observation}: {seen} van {asked} waren er. Van wie ontbrak {strength_low} tot "
        "{strength_high} door gebrek aan sterkte, {ceiling_low} tot {ceiling_high} doordat het "
        "plafond niet werd benut, {vacancies_low} tot {vacancies_high} door onvervulde functies.",
    ),
    "cannot_tell": (
        "{observation}: {seen} of {asked} were there. The counts cannot tell why: {strength_low} "
        "to {strength_high} of those missing may be for want of strength, {ceiling_low} to "
        "{ceiling_high} because the ceiling was not used, {vacancies_low} to {vacancies_high} "
        "because posts were vacant.",
        "{observation}: {seen} van {asked} waren er. De tellingen zeggen niet waarom: "
        "{strength_low} tot {strength_high} van wie ontbrak kan gebrek aan sterkte zijn, "
        "{ceiling_low} tot {ceiling_high} een plafond dat niet werd benut, "
        "{vacancies_low} tot {vacancies_high} onvervulde functies.",
    ),
}

say = speaker(WORDS)
