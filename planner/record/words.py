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
    "above": (
        "Left out, since they exceed all that is asked: {observations}.",
        "Buiten beschouwing, want hoger dan alles wat gevraagd wordt: {observations}.",
    ),
    "not_usable": (
        "The sample is worth fewer than {least} independent draws: it is not used. More particles "
        "or fewer observations may help.",
        "De steekproef is minder dan {least} onafhankelijke trekkingen waard en wordt niet "
        "gebruikt. Meer deeltjes of minder waarnemingen kunnen helpen.",
    ),
    "can_tell": (
        "{observation}: {seen} of {asked} were present. Of those missing, {strength_low} to "
        "{strength_high} for want of strength, {ceiling_low} to {ceiling_high} because the ceiling "
        "was not used, {vacancies_low} to {vacancies_high} because posts were vacant.",
        "{observation}: {seen} van {asked} waren er. Van wie ontbrak {strength_low} tot "
        "{strength_high} door gebrek aan sterkte, {ceiling_low} tot {ceiling_high} doordat het "
        "plafond niet werd benut, {vacancies_low} tot {vacancies_high} door onvervulde functies.",
    ),
    "cannot_tell": (
        "{observation}: {seen} of {asked} were present. The counts cannot tell why: {strength_low} "
        "to {strength_high} of those missing may be for want of strength, {ceiling_low} to "
        "{ceiling_high} because the ceiling was not used, {vacancies_low} to {vacancies_high} "
        "because posts were vacant.",
        "{observation}: {seen} van {asked} waren er. De tellingen zeggen niet waarom: "
        "{strength_low} tot {strength_high} van wie ontbrak kan gebrek aan sterkte zijn, "
        "{ceiling_low} tot {ceiling_high} een plafond dat niet werd benut, "
        "{vacancies_low} tot {vacancies_high} onvervulde functies.",
    ),
    "forecasting": ("forecasting", "voorspellen"),
    "forecast": (
        "{counts} counts after {until} were forecast with what was known then: {cover} lie inside "
        "the 90% intervals, {half} inside the 50% intervals.",
        "{counts} tellingen na {until} zijn voorspeld met wat toen bekend was: {cover} ligt binnen "
        "de 90%-intervallen, {half} binnen de 50%-intervallen.",
    ),
    "scored": (
        "Ranked probability score per person asked: {crps}; where every ceiling is filled {cap}, "
        "where the last share seen persists {last}, by the shares seen before {climatology}, "
        "without calibration {ranges}. That is {below} below the filled ceiling.",
        "Ranked probability score per gevraagde persoon: {crps}; als elk plafond gevuld is {cap}, "
        "als het laatst geziene deel blijft {last}, volgens de eerder geziene delen {climatology}, "
        "zonder kalibratie {ranges}. Dat is {below} onder het gevulde plafond.",
    ),
    "reached": ("Reached: {what}.", "Gehaald: {what}."),
    "not_reached": ("Not reached: {what}.", "Niet gehaald: {what}."),
    "cover_90": (
        "80 to 97% of the counts inside the 90% intervals",
        "80 tot 97% van de tellingen binnen de 90%-intervallen",
    ),
    "crps_below_cap": (
        "a score at least 20% below that of the filled ceiling",
        "een score ten minste 20% onder die van het gevulde plafond",
    ),
    "crps_less_climatology": (
        "a score not above that of the shares seen before",
        "een score niet boven die van de eerder geziene delen",
    ),
    "bins_outside_band": (
        "places of the counts in their forecasts inside the band of even ones",
        "plaatsen van de tellingen in hun voorspellingen binnen de band van gelijkmatige",
    ),
    "calibration": ("Parameters before and after", "Parameters ervoor en erna"),
    "backtest": ("Scores of forecasts", "Scores van voorspellingen"),
    "nothing": ("nothing", "niets"),
    "moved": ("moved", "verschoven"),
    "narrowed": ("narrowed", "vernauwd"),
    "tied": ("tied to another", "verbonden met een andere"),
    "all": ("all", "alle"),
    "lead": ("lead", "termijn"),
    "unit": ("units", "eenheden"),
    "post": ("posts", "functies"),
    "expert": ("civilian and police", "civiel en politie"),
    "ranges": ("ranges", "bandbreedtes"),
    "cap": ("filled ceiling", "gevuld plafond"),
    "last": ("last seen", "laatst gezien"),
    "climatology": ("seen before", "eerder gezien"),
    "capacity": ("capacity", "capaciteit"),
    "presence": ("presence", "aanwezigheid"),
    "head_parameter": ("parameter", "parameter"),
    "head_layer": ("layer", "laag"),
    "head_unit": ("unit", "eenheid"),
    "head_before": ("before", "ervoor"),
    "head_before_low": ("from", "van"),
    "head_before_high": ("to", "tot"),
    "head_after": ("after", "erna"),
    "head_after_low": ("from", "van"),
    "head_after_high": ("to", "tot"),
    "head_shift": ("shift", "verschuiving"),
    "head_spread": ("spread", "spreiding"),
    "head_says": ("record", "waarnemingen"),
    "head_by": ("by", "naar"),
    "head_group": ("group", "groep"),
    "head_forecast": ("forecast", "voorspelling"),
    "head_counts": ("counts", "tellingen"),
    "head_crps": ("score", "score"),
    "head_log": ("log score", "log-score"),
    "head_cover_50": ("inside 50%", "binnen 50%"),
    "head_cover_90": ("inside 90%", "binnen 90%"),
    "head_bias": ("bias", "afwijking"),
    "learning": ("Value of learning each parameter", "Waarde van kennis per parameter"),
    "varies": (
        "{what} is {mean} on average over {draws} draws, with a standard deviation of {deviation}.",
        "{what} is gemiddeld {mean} over {draws} trekkingen, met een standaardafwijking van "
        "{deviation}.",
    ),
    "learn": (
        "Knowing one parameter would remove, of the variance: {list}.",
        "Kennis van een enkele parameter zou van de variantie wegnemen: {list}.",
    ),
    "removes": ("{parameter} {share} (known to {who})", "{parameter} {share} (bekend bij {who})"),
    "nothing_to_learn": (
        "No single parameter would narrow it by more than chance gives.",
        "Geen enkele parameter zou het meer vernauwen dan toeval geeft.",
    ),
    "personnel": (
        "the armed forces' personnel command; the readiness annexes are confidential",
        "de personeelsdienst van Defensie; de gereedheidsbijlagen zijn vertrouwelijk",
    ),
    "operations": ("the Defence Staff's operations branch", "de directie Operaties van Defensie"),
    "police": (
        "the National Police's missions office",
        "het missiebureau van de Nationale Politie",
    ),
    "roster": (
        "the Foreign Ministry's civilian mission pool",
        "de civiele missiepool van Buitenlandse Zaken",
    ),
    "government": ("the government, when it decides", "het kabinet, als het besluit"),
    "head_removes": ("removes", "neemt weg"),
    "head_clear": ("clear", "duidelijk"),
    "head_mean": ("mean", "gemiddeld"),
    "head_low": ("from", "van"),
    "head_high": ("to", "tot"),
    "head_known_by": ("known to", "bekend bij"),
}

say = speaker(WORDS)
