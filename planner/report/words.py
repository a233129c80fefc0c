"""Headings, tables and sentences of a report, in English and in Dutch."""

from __future__ import annotations

from planner.labels import speaker

__all__ = ["WORDS", "say"]

WORDS: dict[str, tuple[str, str]] = {
    # the page itself
    "kicker": (
        "What more on NATO's eastern flank costs other missions",
        "Wat meer op de oostflank van de NAVO andere missies kost",
    ),
    "skip": ("To the summary", "Naar de samenvatting"),
    "contents": ("Contents", "Inhoud"),
    "figure_region": ("figure", "figuur"),
    "footer": (
        "Made with planner {version}. Nothing in this file is fetched from elsewhere.",
        "Gemaakt met planner {version}. Niets in dit bestand wordt van elders gehaald.",
    ),
    "draws_fact": ("draws", "trekkingen"),
    "no_draws_fact": ("none", "geen"),
    # summary
    "summary": ("Summary", "Samenvatting"),
    "s_plan": (
        "“{package}” displaces {total} person-months of main task 2 in the plan for the likely "
        "values; how likely that is takes draws.",
        "‘{package}’ verdringt {total} persoonsmaanden van hoofdtaak 2 in het plan bij de "
        "waarschijnlijke waarden; hoe waarschijnlijk dat is, vergt trekkingen.",
    ),
    "s_losers": (
        "It takes most, in person-months, from {list}; and {others} from other commitments of main "
        "task 1.",
        "Het kost het meest, in persoonsmaanden, aan {list}; en {others} aan andere verplichtingen "
        "van hoofdtaak 1.",
    ),
    "s_others": (
        "Other commitments of main task 1 give up {others} person-months on average.",
        "Andere verplichtingen van hoofdtaak 1 leveren gemiddeld {others} persoonsmaanden in.",
    ),
    "s_nobody": (
        "No mission of main task 2 loses half a person or more in any month; other commitments of "
        "main task 1 give up {others} person-months.",
        "Geen missie van hoofdtaak 2 verliest in enige maand een halve persoon of meer; andere "
        "verplichtingen van hoofdtaak 1 leveren {others} persoonsmaanden in.",
    ),
    "s_fill": (
        "Main task 2 gets {two} of the people it asks and main task 1 {one}; no package is asked "
        "for, so nothing is displaced.",
        "Hoofdtaak 2 krijgt {two} van de mensen die het vraagt en hoofdtaak 1 {one}; er is geen "
        "pakket, dus niets wordt verdrongen.",
    ),
    "s_short": (
        "Missions that get less than {target}: {count}, among them {list}.",
        "Missies die minder dan {target} krijgen: {count}, waaronder {list}.",
    ),
    "s_none_short": (
        "Every mission gets at least {target} of the people it asks.",
        "Elke missie krijgt minstens {target} van de mensen die zij vraagt.",
    ),
    "s_trust": ("How far to trust it: {parts}.", "Hoe betrouwbaar dit is: {parts}."),
    "s_posts": (
        "the posts behind {posts} of all strength are an assumption",
        "het aantal functies achter {posts} van alle sterkte is een aanname",
    ),
    "s_single": (
        "under {count} single changes of an assumption displacement is {low} to {high}",
        "bij {count} afzonderlijke wijzigingen van een aanname is de verdringing {low} tot {high}",
    ),
    "s_most": ("what moves it most is {list}", "wat haar het meest verandert is {list}"),
    "s_moves": ("“{input}” ({low} to {high})", "‘{input}’ ({low} tot {high})"),
    "s_changes": (
        "the conclusion is another under {count} of them",
        "de conclusie is een andere bij {count} daarvan",
    ),
    "s_stays": (
        "the conclusion is another under none of them",
        "de conclusie is bij geen daarvan een andere",
    ),
    "s_no_draws": (
        "no draws were made, so this is the likely case alone",
        "er zijn geen trekkingen gemaakt, dus dit is alleen het waarschijnlijke geval",
    ),
    # sections
    "promises": ("What can be promised", "Wat kan worden toegezegd"),
    "p_promises": (
        "Shares are promised now, and plans are made with all that is then known. Each share below "
        "is the largest that is kept with {certainty} certainty, found on {draws} draws and "
        "checked on {fresh} others. Beside it what the plan for the expected values promises, and "
        "how often that is kept. Tours, preparation, time at home and dates stand at their likely "
        "values here, while draws of displacement let them vary: a mission may be promised all "
        "that it asks and still lose people in some of those draws.",
        "Toezeggingen worden nu gedaan, en plannen worden gemaakt met alles wat dan bekend is. Elk "
        "deel hieronder is het grootste dat met {certainty} zekerheid wordt nagekomen, bepaald op "
        "{draws} trekkingen en getoetst op {fresh} andere. Daarnaast staat wat het plan voor de "
        "verwachte waarden toezegt, en hoe vaak dat wordt nagekomen. Uitzendduur, voorbereiding, "
        "tijd thuis en data staan hier op hun waarschijnlijke waarden, terwijl ze in trekkingen "
        "van verdringing variëren: aan een missie kan alles worden toegezegd, terwijl zij in een "
        "deel van die trekkingen mensen verliest.",
    ),
    "promising": ("finding promises", "toezeggingen bepalen"),
    "conclusions": ("Conclusions", "Conclusies"),
    "levers": ("What if", "Wat als"),
    "fill": ("How well each mission is filled", "Hoe goed elke missie is gevuld"),
    "displacement_section": ("What each mission loses", "Wat elke missie verliest"),
    "questions": ("Further questions", "Verdere vragen"),
    "bottlenecks_section": (
        "Which people run out, and when",
        "Van welke mensen er niet genoeg zijn, en wanneer",
    ),
    "fill_rates": (
        "Fill by region, category and organisation",
        "Vulling per regio, categorie en organisatie",
    ),
    "curves": ("As the package grows", "Als het pakket groeit"),
    "sure": ("How sure is it", "Hoe zeker is het"),
    "comparison_section": ("Beside other scenarios", "Naast andere scenario's"),
    "assumptions": ("Assumptions and sources", "Aannames en bronnen"),
    "limits": ("What this does not tell you", "Wat dit niet vertelt"),
    "manifest": ("How this was computed", "Hoe dit is berekend"),
    # tables
    "t_fill": ("Fill by mission, person-months", "Vulling per missie, persoonsmaanden"),
    "t_mean": ("mean", "gemiddelde"),
    "t_spread": ("9 of 10 draws", "9 van 10 trekkingen"),
    "t_chance": ("chance of {target}", "kans op {target}"),
    "t_displaced": (
        "Person-months that “{package}” takes from main task 2",
        "Persoonsmaanden die ‘{package}’ aan hoofdtaak 2 kost",
    ),
    "t_displaced_1": (
        "Person-months that “{package}” takes from other commitments of main task 1",
        "Persoonsmaanden die ‘{package}’ aan andere verplichtingen van hoofdtaak 1 kost",
    ),
    "forecasts_section": ("How good are the forecasts", "Hoe goed zijn de voorspellingen"),
    "p_forecasts": (
        "People who were counted after the letter, forecast with what was known when it was sent "
        "and given the months and ceilings decided later.",
        "Mensen die na de brief zijn geteld, voorspeld met wat bekend was toen hij werd verzonden "
        "en gegeven de maanden en plafonds van later.",
    ),
    "t_forecasts": (
        "Scores of forecasts and references; a lower score is better",
        "Scores van voorspellingen en referenties; een lagere score is beter",
    ),
    "forecast_of": ("forecast", "voorspelling"),
    "forecast_counts": ("counts", "tellingen"),
    "forecast_crps": ("score per person asked", "score per gevraagde persoon"),
    "forecast_inside": ("inside 90%", "binnen 90%"),
    "forecast_bias": ("bias, of the ceiling", "afwijking, van het plafond"),
    "forecast_calibrated": ("calibrated draws", "gekalibreerde trekkingen"),
    "forecast_ranges": ("draws by the ranges alone", "trekkingen uit de bandbreedtes"),
    "forecast_cap": ("every ceiling is filled", "elk plafond is gevuld"),
    "forecast_last": ("last share seen persists", "laatst geziene deel blijft"),
    "forecast_climatology": ("shares seen before", "eerder geziene delen"),
    "robust_section": ("What single assumptions do", "Wat afzonderlijke aannames doen"),
    "t_input": ("input", "invoer"),
    "t_change": ("change", "wijziging"),
    "t_difference": ("difference", "verschil"),
    "t_loses_most": ("loses most", "verliest het meest"),
    "t_robust": (
        "Displacement of main task 2 under single changes, person-months",
        "Verdringing van hoofdtaak 2 bij afzonderlijke wijzigingen, persoonsmaanden",
    ),
    "t_unmoved": (
        "Changes not shown, which move it less: {count}.",
        "Niet getoonde wijzigingen, die minder uitmaken: {count}.",
    ),
    "t_period": ("period", "periode"),
    "t_periods": (
        "“{package}” by year, and before and after its first month, person-months",
        "‘{package}’ per jaar, en voor en na de eerste maand, persoonsmaanden",
    ),
    "t_before": ("before its first month", "voor de eerste maand"),
    "t_after": ("from its first month on", "vanaf de eerste maand"),
    "robustness": ("changing single assumptions", "aannames afzonderlijk wijzigen"),
    "other_rule": ("planning by the other rule", "plannen volgens de andere regel"),
    "t_range": ("other best plans", "andere beste plannen"),
    "t_bottlenecks": (
        "Pools in which more people may add to the fill",
        "Pools waarin meer mensen kunnen toevoegen aan de vulling",
    ),
    "t_binding": ("months", "maanden"),
    "t_bounds": ("Composition goals missed", "Niet gehaalde samenstellingseisen"),
    "t_by": ("Fill rate by {what}, person-months", "Vullingsgraad per {what}, persoonsmaanden"),
    "t_pieces": (
        "What each post more of “{package}” costs main task 2",
        "Wat elke functie meer van ‘{package}’ hoofdtaak 2 kost",
    ),
    "t_posts": ("posts", "functies"),
    "t_each": ("person-months a post", "persoonsmaanden per functie"),
    "t_each_1": ("other main task 1, a post", "overige hoofdtaak 1, per functie"),
    "t_payers": ("paid most by (person-months a post)", "vooral ten laste van (per functie)"),
    "t_tried": (
        "Planned at {count} sizes; between them an estimate, from which the sizes planned last "
        "differed by up to {give} person-months.",
        "Gepland voor {count} omvangen; daartussen een schatting, waar de laatst geplande omvangen "
        "tot {give} persoonsmaanden van afweken.",
    ),
    "t_exact": ("Breakpoints are exact.", "Knikpunten zijn exact."),
    "t_short_curve": (
        "Pieces shorter than one post are left out.",
        "Stukken korter dan één functie zijn weggelaten.",
    ),
    "t_scenarios": ("Scenarios side by side", "Scenario's naast elkaar"),
    "t_filled_for": ("filled for packages", "gevuld voor pakketten"),
    "t_interval": ("95% interval", "95%-interval"),
    "t_grounds": ("What the result rests on", "Waar het resultaat op rust"),
    "t_part": ("what", "wat"),
    "drivers": ("What drives it", "Wat de uitkomst bepaalt"),
    "t_drivers": (
        "Share of the spread that goes with uncertain figures, by what those rest on",
        "Deel van de spreiding dat samengaat met onzekere cijfers, naar waar die op rusten",
    ),
    "t_drivers_note": (
        "Sums over the figures that are clear; what is lacking from 100% is interaction, figures "
        "too weak to be told from chance, and what ranks do not see.",
        "Sommen over de cijfers die duidelijk zijn; wat aan 100% ontbreekt is wisselwerking, "
        "cijfers te zwak om van toeval te onderscheiden, en wat rangen niet zien.",
    ),
    "t_quantity": ("spread of", "spreiding van"),
    "t_clear": ("clear figures", "duidelijke cijfers"),
    "t_drawn": ("of drawn", "van getrokken"),
    "t_assumptions": ("Figures that are assumptions", "Cijfers die aannames zijn"),
    "t_public": ("Figures from public sources", "Cijfers uit openbare bronnen"),
    "t_letter": ("Figures from the letter", "Cijfers uit de brief"),
    "t_why": ("why, or where", "waarom, of waar"),
    "t_range_figure": ("low – high", "laag – hoog"),
    "t_sources": ("Sources", "Bronnen"),
    "t_inputs": ("Files that went in", "Bestanden die erin gingen"),
    "t_manifest": ("Options, versions and proof", "Opties, versies en bewijs"),
    "g_figures": ("all figures in use", "alle gebruikte cijfers"),
    "g_cap": ("person-months asked: how many people", "gevraagde persoonsmaanden: hoeveel mensen"),
    "g_months": ("person-months asked: which months", "gevraagde persoonsmaanden: welke maanden"),
    "g_tour": ("person-months served: length of tours", "gediende persoonsmaanden: uitzendduur"),
    "g_preparation": (
        "person-months served: preparation",
        "gediende persoonsmaanden: voorbereiding",
    ),
    "g_rest": ("person-months served: rest", "gediende persoonsmaanden: uitzendbescherming"),
    "g_posts": ("strength of pools: posts", "sterkte van pools: functies"),
    "g_filled": ("strength of pools: share filled", "sterkte van pools: deel gevuld"),
    "g_fit": ("strength of pools: share fit to go", "sterkte van pools: deel uitzendbaar"),
    # what is being done
    "following": ("following the curve", "de kromme volgen"),
    "ranging": ("other best plans", "andere beste plannen"),
    "asking": ("asking why", "vragen waarom"),
    "simulating": ("making draws", "trekkingen maken"),
    "composing": ("drawing figures", "figuren tekenen"),
    # manifest
    "m_digest": ("fingerprint of the effective inputs", "vingerafdruk van de effectieve invoer"),
    "m_options": ("options", "opties"),
    "m_versions": ("versions", "versies"),
    "m_futures": ("draws", "trekkingen"),
    "m_residual": ("largest residual of the accounts", "grootste rest van de boekhouding"),
    "m_hash": ("SHA-256", "SHA-256"),
    "m_gone": ("not readable", "niet leesbaar"),
    # conclusions
    "c_asked": (
        "“{package}” asks {asked} person-months ({window}); {filled} of them ({rate}) can be "
        "filled.",
        "‘{package}’ vraagt {asked} persoonsmaanden ({window}); {filled} daarvan ({rate}) kunnen "
        "worden gevuld.",
    ),
    "c_asked_full": (
        "“{package}” asks {asked} person-months ({window}), and all of them can be filled.",
        "‘{package}’ vraagt {asked} persoonsmaanden ({window}), en die kunnen alle worden gevuld.",
    ),
    "c_likely": (
        "In the plan for the likely values of all parameters it displaces {total} person-months of "
        "main task 2 ({rule}){ratio}.",
        "In het plan bij de waarschijnlijke waarden van alle parameters verdringt het {total} "
        "persoonsmaanden van hoofdtaak 2 ({rule}){ratio}.",
    ),
    "c_ratio": (
        ", {ratio} for every hundred that it gets itself",
        ", {ratio} op elke honderd die het zelf krijgt",
    ),
    "c_other_rule": (
        "Under the other rule, {rule}, that plan displaces {total}{note}.",
        "Volgens de andere regel, {rule}, verdringt dat plan er {total}{note}.",
    ),
    "c_one_of_several": (
        "(one of several plans that are as good)",
        "(één van meer plannen die even goed zijn)",
    ),
    "c_phase": (
        "Of this {before} fall before its first month, {month}, and {after} from then on.",
        "Daarvan vallen er {before} voor de eerste maand, {month}, en {after} daarna.",
    ),
    "c_less_than_half": (
        "Missions that lose less than half a person at any time, {lost} person-months together: "
        "{count}.",
        "Missies die nooit een halve persoon of meer tegelijk verliezen, samen {lost} "
        "persoonsmaanden: {count}.",
    ),
    "c_gained": (
        "Main task 2 gains {total} person-months by it: it sets people free, or forces a choice "
        "that suits others.",
        "Hoofdtaak 2 krijgt er {total} persoonsmaanden bij: het maakt mensen vrij, of dwingt tot "
        "een keuze die anderen uitkomt.",
    ),
    "c_no_futures": (
        "How sure: this report has no draws, so it is about the likely values alone and says "
        "nothing about how far uncertain parameters move them; planner report --draws 256 does.",
        "Hoe zeker: dit rapport heeft geen trekkingen. Het gaat dus over de waarschijnlijke "
        "waarden alleen, en zegt niet hoever onzekere parameters die verschuiven; planner report "
        "--draws 256 doet dat.",
    ),
    "c_certain": (
        "How sure: none of this scenario's figures is stated as uncertain, so every draw is the "
        "same.",
        "Hoe zeker: geen van de cijfers van dit scenario staat als onzeker te boek, dus elke "
        "trekking is dezelfde.",
    ),
    "c_unique": (
        "Under the fair rule there is one best allocation, so no figure depends on the solver.",
        "Onder de eerlijke regel is er één beste verdeling, dus geen cijfer hangt van de rekenaar "
        "af.",
    ),
    "c_ranges": (
        "Under the value rule other allocations are just as good: in them displacement lies "
        "between {low} and {high} person-months.",
        "Onder de waarderegel zijn andere verdelingen even goed: daarin ligt de verdringing tussen "
        "{low} en {high} persoonsmaanden.",
    ),
    "c_ranges_same": (
        "Under the value rule other allocations are just as good: all of them displace as much, "
        "but not always from the same missions.",
        "Onder de waarderegel zijn andere verdelingen even goed: alle verdringen evenveel, maar "
        "niet altijd bij dezelfde missies.",
    ),
    "c_value": (
        "Under the value rule only totals of tiers are unique; figures of single missions may "
        "differ in other allocations that are just as good.",
        "Onder de waarderegel zijn alleen totalen per prioriteit uniek; cijfers van één missie "
        "kunnen anders zijn in andere verdelingen die even goed zijn.",
    ),
    "c_whole": (
        "Whole people and units were asked for: such plans are not unique, and differences of a "
        "few people may be no more than that.",
        "Gevraagd is om hele mensen en eenheden: zulke plannen zijn niet uniek, en verschillen van "
        "een paar mensen kunnen niet meer zijn dan dat.",
    ),
    "c_most": (
        "{mission} loses most: {lost} person-months, {share} of what it asks, at most {persons} "
        "persons at a time ({months}).",
        "{mission} verliest het meest: {lost} persoonsmaanden, {share} van wat het vraagt, "
        "hoogstens {persons} personen tegelijk ({months}).",
    ),
    "c_then": ("After it: {list}.", "Daarna: {list}."),
    "c_then_one": (
        "{mission} ({lost} person-months, at most {persons} persons)",
        "{mission} ({lost} persoonsmaanden, hoogstens {persons} personen)",
    ),
    "c_pool": (
        "{share} of the displacement falls in the pool {pool}.",
        "{share} van de verdringing valt in de pool {pool}.",
    ),
    "c_main_task_1": (
        "Other commitments of main task 1 lose {total} person-months to it, {mission} most "
        "({lost}).",
        "Andere verplichtingen van hoofdtaak 1 verliezen er {total} persoonsmaanden aan, {mission} "
        "het meest ({lost}).",
    ),
    "c_headroom": (
        "In that plan the first {posts} of its {size} posts displace nothing of main task 2.",
        "In dat plan verdringen de eerste {posts} van de {size} functies niets van hoofdtaak 2.",
    ),
    "c_headroom_all": (
        "In that plan it could grow from {size} to {posts} posts before main task 2 loses "
        "anything.",
        "In dat plan kan het van {size} tot {posts} functies groeien voor hoofdtaak 2 iets "
        "verliest.",
    ),
    "c_headroom_none": (
        "In that plan main task 2 loses from its first post on.",
        "In dat plan verliest hoofdtaak 2 vanaf de eerste functie.",
    ),
    "c_no_package": (
        "This scenario has no package, so there is nothing that displaces: it is what the "
        "commitments at hand ask, and what can be filled of it.",
        "Dit scenario heeft geen pakket, dus niets dat verdringt: het is wat de bestaande "
        "verplichtingen vragen, en wat daarvan gevuld kan worden.",
    ),
    "c_fill": (
        "Main task 2 gets {two} of the people it asks and main task 1 {one}. Less than "
        "{target}: {count} of {all} missions.",
        "Hoofdtaak 2 krijgt {two} van de mensen die het vraagt en hoofdtaak 1 {one}. Minder "
        "dan {target}: {count} van {all} missies.",
    ),
    "c_fill_futures": (
        "Over all draws main task 2 gets {mean} ± {half} on average, {low} to {high} in nine of "
        "ten. More likely than not to get less than {target}: {count} of {all} missions.",
        "Over alle trekkingen krijgt hoofdtaak 2 gemiddeld {mean} ± {half}, en {low} tot {high} in "
        "negen van de tien. Waarschijnlijk minder dan {target}: {count} van {all} missies.",
    ),
    "c_tight": (
        "Pools that bind in some month: {count} of {all}; most often {pool}, in {months} months.",
        "Pools die in een of meer maanden knellen: {count} van {all}; het vaakst {pool}, in "
        "{months} maanden.",
    ),
    "c_bounds": (
        "Composition goals missed in some month: {count}.",
        "Samenstellingseisen die in een of meer maanden niet worden gehaald: {count}.",
    ),
    "c_other": (
        "In the plan of “{name}” main task 2 gets {rate}, and {lost} person-months are displaced.",
        "In het plan van ‘{name}’ krijgt hoofdtaak 2 {rate}, en worden {lost} persoonsmaanden "
        "verdrongen.",
    ),
    "c_other_nothing": (
        "In the plan of “{name}” main task 2 gets {rate}, and nothing of it is displaced.",
        "In het plan van ‘{name}’ krijgt hoofdtaak 2 {rate}, en wordt daarvan niets verdrongen.",
    ),
    "c_other_none": (
        "In “{name}”, which has no package, main task 2 gets {rate}.",
        "In ‘{name}’, zonder pakket, krijgt hoofdtaak 2 {rate}.",
    ),
    "c_grounds": (
        "{caps} of the person-months asked have a cap that is an assumption, and so are the posts "
        "of {posts} of the strength: see “{section}”.",
        "Van {caps} van de gevraagde persoonsmaanden is het maximum een aanname, en van {posts} "
        "van de sterkte het aantal functies: zie ‘{section}’.",
    ),
    # paragraphs
    "p_fill": (
        "Person-months are people on duty times months, {window}. What is asked is the cap of each "
        "mandate; what is filled is how many the pools can carry with preparation and rest.",
        "Persoonsmaanden zijn mensen die dienen maal maanden, {window}. Gevraagd is het maximum "
        "van elk mandaat; gevuld is wat de pools met voorbereiding en uitzendbescherming kunnen "
        "dragen.",
    ),
    "p_displacement": (
        "Displacement is what is filled without the package minus what is filled with it, all else "
        "equal. The package became known in {month}; nothing before that month changes.",
        "Verdringing is wat zonder het pakket gevuld is min wat met het pakket gevuld is, bij "
        "verder gelijke omstandigheden. Het pakket werd bekend in {month}; daarvoor verandert "
        "niets.",
    ),
    "p_several": (
        "Each package is held against a plan without it in which the others remain, as if it came "
        "last. What they displace together is shared out under further analyses.",
        "Elk pakket wordt vergeleken met een plan zonder dat pakket waarin de andere blijven, "
        "alsof het als laatste kwam. Wat ze samen verdringen, is verdeeld onder verdere analyses.",
    ),
    "p_bottlenecks": (
        "In these months everyone in the pool is taken and more people may raise the fill of some "
        "mission; in all others they raise none. People who rest or prepare are not free. What one "
        "more person brings takes a new plan each: planner prices.",
        "In deze maanden is iedereen in de pool bezet en kunnen meer mensen de vulling van een "
        "missie verhogen; in alle andere maanden niet. Wie rust of zich voorbereidt is niet vrij. "
        "Wat één persoon meer oplevert vraagt elk een nieuw plan: planner prices.",
    ),
    "p_no_bottlenecks": ("No pool binds in any month.", "Geen pool knelt, in geen enkele maand."),
    # levers
    "p_levers": (
        "All {count} settings below were planned when this file was made. Change one and the "
        "figures follow; the rest of the report stays with the scenario as it was.",
        "Alle {count} instellingen hieronder zijn doorgerekend toen dit bestand werd gemaakt. "
        "Wijzig er een en de cijfers volgen; de rest van het rapport blijft bij het scenario zoals "
        "het was.",
    ),
    "p_levers_value": (
        "All at likely values. Under the rule value other plans are as good: what a tier is filled "
        "in total is the same in all of them, which mission loses is not.",
        "Alles bij de waarschijnlijke waarden. Onder de regel waarde zijn andere plannen even "
        "goed: wat een prioriteit in totaal gevuld krijgt is in alle gelijk, welke missie "
        "verliest niet.",
    ),
    "lever_controls": ("Settings", "Instellingen"),
    "lever_result": ("Outcome of these settings", "Uitkomst van deze instellingen"),
    "lever_reset": ("As in the report", "Zoals in het rapport"),
    "lever_share": ("share of what is asked", "deel van wat gevraagd is"),
    "lever_in_table": (
        "The numbers are in the table below.",
        "De getallen staan in de tabel hieronder.",
    ),
    "lever_no_script": (
        "Levers, charts and pictures need JavaScript, which is switched off here; text and tables "
        "do not.",
        "Instellingen, grafieken en figuren vragen JavaScript, dat hier uitstaat; tekst en "
        "tabellen niet.",
    ),
    "lever_go": ("{mission} goes ahead", "{mission} gaat door"),
    "lever_size": ("Size of “{package}”", "Omvang van ‘{package}’"),
    "lever_off": ("not there", "niet"),
    "lever_displaces": (
        "For the likely values “{package}” displaces {lost} person-months of main task 2, "
        "{ratio} of its own.",
        "Bij de waarschijnlijke waarden verdringt ‘{package}’ {lost} persoonsmaanden van hoofdtaak "
        "2, {ratio} van de eigen.",
    ),
    "lever_displaces_none": (
        "For the likely values “{package}” displaces nothing of main task 2.",
        "Bij de waarschijnlijke waarden verdringt ‘{package}’ niets van hoofdtaak 2.",
    ),
    "lever_gains": (
        "For the likely values main task 2 gets {lost} person-months more with “{package}”.",
        "Bij de waarschijnlijke waarden krijgt hoofdtaak 2 met ‘{package}’ {lost} persoonsmaanden "
        "meer.",
    ),
    "lever_gets": (
        "It gets {filled} of the {asked} person-months it asks for ({rate}).",
        "Het krijgt {filled} van de {asked} gevraagde persoonsmaanden ({rate}).",
    ),
    "lever_whole": (
        "Missions get {filled} of the {asked} person-months they ask for ({rate}).",
        "Missies krijgen {filled} van de {asked} gevraagde persoonsmaanden ({rate}).",
    ),
    "lever_takes": (
        "Other commitments of main task 1 lose {lost} person-months.",
        "Andere verplichtingen van hoofdtaak 1 verliezen {lost} persoonsmaanden.",
    ),
    "lever_small": (
        "less than half a person at any time",
        "nooit een halve persoon of meer tegelijk",
    ),
    "lever_mission": ("mission", "missie"),
    "lever_asked": ("person-months asked", "persoonsmaanden gevraagd"),
    "lever_fill": ("fill rate", "vullingsgraad"),
    "lever_lost": ("person-months lost", "persoonsmaanden verloren"),
    "lever_lost_to": ("lost to “{package}”", "verloren aan ‘{package}’"),
    "lever_was": ("in the report", "in het rapport"),
    "lever_others": (
        "{count} other missions get all that they ask for.",
        "{count} andere missies krijgen alles wat ze vragen.",
    ),
    "lever_all_full": (
        "Every mission gets all that it asks for.",
        "Elke missie krijgt alles wat zij vraagt.",
    ),
    "lever_people": ("Strength of “{pool}”", "Sterkte van ‘{pool}’"),
    "free_summary": (
        "Any size, any strength: solved in this file (rule value)",
        "Elke omvang, elke sterkte: opgelost in dit bestand (regel waarde)",
    ),
    "free_about": (
        "The programme of the scenario as it was is solved here, in the browser, each time a "
        "slider moves. Nothing is sent anywhere.",
        "Het programma van het scenario zoals het was wordt hier, in de browser, opgelost zodra "
        "een schuif beweegt. Er wordt niets verstuurd.",
    ),
    "free_loading": ("The solver is loading …", "De solver wordt geladen …"),
    "free_note": (
        "Shown are totals by main task, which no choice among optimal plans changes, given the "
        "plan made before the package is known. That first plan is the one of this report as long "
        "as strengths stay as they were; with other strengths it is one of several that are as "
        "good, and the total with the package may depend on which.",
        "Getoond zijn totalen per hoofdtaak, die onder optimale plannen gelijk zijn, gegeven het "
        "plan van voordat het pakket bekend is. Dat eerste plan is dat van dit rapport zolang de "
        "sterktes blijven zoals ze waren; bij andere sterktes is het een van meer even goede "
        "plannen, en kan het totaal met het pakket daarvan afhangen.",
    ),
    "lever_free": (
        "For the likely values “{package}” displaces {lost} person-months of main task 2: "
        "{with} with it, {without} without it.",
        "Bij de waarschijnlijke waarden verdringt ‘{package}’ {lost} persoonsmaanden van hoofdtaak "
        "2: {with} ermee, {without} zonder.",
    ),
    "lever_free_main": (
        "Main task 1 gets {with} person-months, packages included.",
        "Hoofdtaak 1 krijgt {with} persoonsmaanden, pakketten meegerekend.",
    ),
    "lever_free_proof": (
        "Proved optimal in this file: {solves} programmes in {seconds} s; largest violation of a "
        "limit {primal}, of a reduced cost {dual}, duality gap {gap} (all relative).",
        "In dit bestand als optimaal bewezen: {solves} programma's in {seconds} s; grootste "
        "overschrijding van een grens {primal}, van gereduceerde kosten {dual}, dualiteitskloof "
        "{gap} (alle relatief).",
    ),
    "lever_free_first": (
        "The plan made before the package is known was solved here too.",
        "Ook het plan van voordat het pakket bekend is, is hier opgelost.",
    ),
    "lever_free_unproved": (
        "No numbers: the answer could not be proved optimal (violations {primal}, {dual}, {gap}).",
        "Geen getallen: het antwoord is niet als optimaal te bewijzen (afwijkingen {primal}, "
        "{dual}, {gap}).",
    ),
    "lever_free_failed": (
        "The solver cannot be loaded in this browser: {reason}",
        "De solver is in deze browser niet te laden: {reason}",
    ),
    "answering": ("planning the settings", "instellingen doorrekenen"),
    "p_no_package": (
        "The scenario has no package; ask for one that has, such as eastern-flank-battalion, to "
        "see what it displaces.",
        "Het scenario heeft geen pakket; vraag er een dat er wel een heeft, zoals "
        "eastern-flank-battalion, om te zien wat het verdringt.",
    ),
    "p_no_curves": (
        "Curves were not asked for, or the scenario behind this result cannot be solved again.",
        "Om krommen is niet gevraagd, of het scenario achter dit resultaat is niet opnieuw op te "
        "lossen.",
    ),
    "p_robust": (
        "One assumption is changed at a time, all others stay at their likely values, and the plan "
        "is made again with and without the package. How likely a change is, and what several do "
        "together, only draws say.",
        "Steeds wordt één aanname gewijzigd, blijven alle andere op hun waarschijnlijke waarde, en "
        "wordt het plan met en zonder het pakket opnieuw gemaakt. Hoe waarschijnlijk een wijziging "
        "is, en wat meer wijzigingen samen doen, zeggen alleen trekkingen.",
    ),
    "p_sure": (
        "{draws} draws were made: in each of them every uncertain figure takes a value inside "
        "its range, and people are divided anew, without and with the package. ± is the 95% "
        "interval of a mean.",
        "Er zijn {draws} trekkingen gemaakt: in elk daarvan krijgt elk onzeker cijfer een waarde "
        "binnen zijn bandbreedte, en worden de mensen opnieuw verdeeld, zonder en met het "
        "pakket. ± is het 95%-interval van een gemiddelde.",
    ),
    "p_no_draws": (
        "No draws were made for this report; planner report --draws 256 does.",
        "Voor dit rapport zijn geen trekkingen gemaakt; planner report --draws 256 doet dat.",
    ),
    "p_grounds": (
        "Each row takes an amount of the result and divides it by what the figure behind it is: a "
        "number in the letter, in another public source, or an assumption. Where several figures "
        "make one together, the weakest counts.",
        "Elke rij neemt een hoeveelheid van het resultaat en verdeelt die naar wat het cijfer "
        "erachter is: een getal uit de brief, uit een andere openbare bron, of een aanname. Waar "
        "meer cijfers er samen één maken, telt het zwakste. Toelichtingen zijn in het Engels, "
        "zoals in de gegevens.",
    ),
    "p_drivers": (
        "The square of a rank correlation is about the share of the ups and downs over the draws "
        "that goes with one figure alone. It shows what goes together, not more: with few draws "
        "only the strongest can be told from chance.",
        "Het kwadraat van een rangcorrelatie is ongeveer het deel van het op en neer over de "
        "trekkingen dat met één cijfer alleen samengaat. Het toont wat samengaat, meer niet: bij "
        "weinig trekkingen zijn alleen de sterkste van toeval te onderscheiden.",
    ),
    "p_manifest": (
        "With these files and versions the same command gives the same figures. Every plan comes "
        "with a proof that nothing better exists; its largest violation stands below.",
        "Met deze bestanden en versies geeft dezelfde opdracht dezelfde cijfers. Bij elk plan "
        "hoort een bewijs dat er niets beters is; de grootste afwijking daarvan staat hieronder.",
    ),
    "fold_public": (
        "Figures from public sources: {count}",
        "Cijfers uit openbare bronnen: {count}",
    ),
    "fold_letter": ("Figures from the letter: {count}", "Cijfers uit de brief: {count}"),
    # limits
    "l_strength": (
        "How many people the armed forces, the police and others really have for missions: "
        "readiness and strengths by unit are confidential, so the sizes of the pools are "
        "assumptions.",
        "Hoeveel mensen krijgsmacht, politie en anderen echt voor missies hebben: gereedheid en "
        "sterkte per eenheid zijn vertrouwelijk, dus de omvang van de pools is een aanname.",
    ),
    "l_decision": (
        "What the government will do. A rule divides people here; ministers weigh more than "
        "people.",
        "Wat de regering zal doen. Hier verdeelt een regel de mensen; bewindslieden wegen meer dan "
        "mensen alleen.",
    ),
    "l_package": (
        "How large the package will be: “{package}” is an assumption where no number was "
        "published.",
        "Hoe groot het pakket wordt: ‘{package}’ is een aanname waar geen getal is gepubliceerd.",
    ),
    "l_mission": (
        "Whether a mission succeeds, or what it is worth. A filled post is a post with somebody in "
        "it; person-months of different missions are added as if they were alike.",
        "Of een missie slaagt, of wat zij waard is. Een gevulde functie is een functie met iemand "
        "erin; persoonsmaanden van verschillende missies tellen op alsof ze gelijk zijn.",
    ),
    "l_people": (
        "Anything about persons: those in a pool count as alike, without names, ranks, families or "
        "the missions they were on before.",
        "Iets over personen: wie in één pool zit telt als gelijk, zonder naam, rang, gezin of "
        "eerdere missies.",
    ),
    "l_means": (
        "Ships' schedules, aircraft, ammunition, or money beyond the published budgets.",
        "Vaarschema's, vliegtuigen, munitie, of geld buiten de gepubliceerde begrotingen.",
    ),
    "l_month": (
        "What happens inside a month: a mission of ten days takes a month here.",
        "Wat er binnen een maand gebeurt: een missie van tien dagen kost hier een maand.",
    ),
    "l_unknown": (
        "What was not foreseen. Draws vary parameters inside their ranges; they hold no war, no "
        "strike and no new law, and the model stays the same in all of them.",
        "Waar niemand aan dacht. Trekkingen variëren cijfers binnen hun bandbreedte; ze kennen "
        "geen oorlog, staking of nieuwe wet, en het model blijft in alle hetzelfde.",
    ),
    "l_no_draws": (
        "How sure its numbers are: no draws were made for this report.",
        "Hoe zeker de getallen zijn: voor dit rapport zijn geen trekkingen gemaakt.",
    ),
    "l_value": (
        "Which mission loses, under the value rule: other plans that are just as good may take "
        "from others.",
        "Welke missie verliest, onder de waarderegel: andere plannen die even goed zijn kunnen bij "
        "anderen halen.",
    ),
}
"""Every word and sentence that only reports use, English and Dutch."""

say = speaker(WORDS)
"""Return a title, sentence or word in a language; see :func:`planner.labels.speaker`."""
