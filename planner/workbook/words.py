"""Names of sheets, headings and explanations of a workbook, in English and in Dutch."""

from __future__ import annotations

from planner.labels import speaker

__all__ = ["WORDS", "say"]

WORDS: dict[str, tuple[str, str]] = {
    # sheets
    "sheet_cover": ("Read me", "Leeswijzer"),
    "sheet_settings": ("Scenario", "Scenario"),
    "sheet_demands": ("Demands", "Vragen"),
    "sheet_missions": ("Missions", "Missies"),
    "sheet_packages": ("Packages", "Pakketten"),
    "sheet_pools": ("Pools", "Pools"),
    "sheet_strengths": ("Strengths", "Sterktes"),
    "sheet_steps": ("Strength steps", "Sterktestappen"),
    "sheet_kinds": ("Kinds", "Soorten"),
    "sheet_policies": ("Policies", "Uitzendregels"),
    "sheet_bounds": ("Composition", "Samenstelling"),
    "sheet_budgets": ("Budgets", "Budgetten"),
    "sheet_costs": ("Costs", "Kosten"),
    "sheet_sources": ("Sources", "Bronnen"),
    "sheet_fill": ("Fill", "Vulling"),
    "sheet_fill_months": ("Fill by month", "Vulling per maand"),
    "sheet_allocation": ("Allocation", "Toewijzing"),
    "sheet_pool_months": ("People by pool", "Mensen per pool"),
    "sheet_displacement": ("Displacement", "Verdringing"),
    "sheet_bottlenecks": ("Bottlenecks", "Knelpunten"),
    "sheet_futures": ("Draws", "Trekkingen"),
    "sheet_drivers": ("What drives it", "Wat de uitkomst bepaalt"),
    "sheet_unmet": ("Goals missed", "Gemiste eisen"),
    "sheet_figures": ("Figures", "Cijfers"),
    "sheet_manifest": ("Manifest", "Verantwoording"),
    # what a sheet is about
    "about_settings": (
        "The scenario as a whole: what it is called, which months are reported, how people are "
        "divided.",
        "Het scenario als geheel: hoe het heet, over welke maanden het gaat, hoe mensen worden "
        "verdeeld.",
    ),
    "about_demands": (
        "One row for each line of people that a mission asks for: at most so many persons, from "
        "the first to the last month, from these pools.",
        "Eén rij voor elke regel mensen die een missie vraagt: ten hoogste zoveel personen, van de "
        "eerste tot en met de laatste maand, uit deze pools.",
    ),
    "about_missions": (
        "The operations that ask for people; main task 1 is collective defence, main task 2 the "
        "international legal order.",
        "De operaties die mensen vragen; hoofdtaak 1 is de collectieve verdediging, hoofdtaak 2 de "
        "internationale rechtsorde.",
    ),
    "about_packages": (
        "Demands that come as a whole, and when they become known. Which demands: see the column "
        "package of the sheet Demands.",
        "Vragen die als geheel komen, en wanneer ze bekend worden. Welke vragen: zie de kolom "
        "pakket van het blad Vragen.",
    ),
    "about_pools": (
        "Groups of people who can stand in for each other.",
        "Groepen mensen die elkaar kunnen vervangen.",
    ),
    "about_strengths": (
        "Who could go: posts × share filled × share fit. Rest and preparation are not in it, the "
        "model accounts for those itself.",
        "Wie kan gaan: functies × bezettingsgraad × inzetbare deel. Rust en voorbereiding zitten "
        "er niet in, daar rekent het model zelf mee.",
    ),
    "about_steps": (
        "Changes of strengths over time, taken from top to bottom. New ones go below the others.",
        "Veranderingen van sterktes in de tijd, van boven naar beneden toegepast. Nieuwe komen "
        "onder de andere.",
    ),
    "about_kinds": (
        "Kinds of contribution, and whether people are replaced one by one or a unit as a whole.",
        "Soorten bijdragen, en of mensen een voor een worden afgelost of een eenheid in haar "
        "geheel.",
    ),
    "about_policies": (
        "Tour, preparation and rest of each kind, or of one demand; where a pool is named it holds "
        "for that pool only. Below them what share of candidates is accepted, and the like.",
        "Uitzending, voorbereiding en rust (uitzendbescherming) per soort, of voor één vraag; met "
        "een pool erbij alleen voor die pool. Ook welk deel van de kandidaten wordt aanvaard.",
    ),
    "about_bounds": (
        "Least and most people over some demands together, in every month. A least number is a "
        "goal, a most number is always kept.",
        "Minste en meeste mensen over enkele vragen samen, in elke maand. Een minimum is een "
        "streven, een maximum geldt altijd.",
    ),
    "about_budgets": (
        "What a fund may spend in a year; counts only where the sheet Scenario says so.",
        "Wat een fonds in een jaar mag uitgeven; telt alleen mee als het blad Scenario dat zegt.",
    ),
    "about_costs": (
        "What one person costs a fund in a year, by kind of contribution or by demand.",
        "Wat één persoon een fonds in een jaar kost, per soort bijdrage of per vraag.",
    ),
    "about_sources": (
        "Publications that figures come from; the column source of the other sheets names them.",
        "Publicaties waar cijfers uit komen; de kolom bron van de andere bladen noemt ze.",
    ),
    "about_fill": (
        "What each mission asks and gets, in person-months within the period.",
        "Wat elke missie vraagt en krijgt, in persoonsmaanden binnen de periode.",
    ),
    "about_fill_months": (
        "Share of the persons asked that is on duty, by mission and month; empty where nothing is "
        "asked.",
        "Deel van de gevraagde personen dat is ingezet, per missie en maand; leeg waar niets wordt "
        "gevraagd.",
    ),
    "about_allocation": (
        "Persons on duty by demand, pool and month, with every package.",
        "Ingezette personen per vraag, pool en maand, met alle pakketten.",
    ),
    "about_pool_months": (
        "What the people of each pool do, persons by month. Choose a pool for the chart in the "
        "yellow cell.",
        "Wat de mensen van elke pool doen, personen per maand. Kies in de gele cel een pool voor "
        "de grafiek.",
    ),
    "about_displacement": (
        "Person-months filled without the package minus those filled with it. What main task 2 "
        "loses is displacement; below it what main task 1 loses. Negative: the mission gains.",
        "Persoonsmaanden gevuld zonder het pakket min die met het pakket. Wat hoofdtaak 2 verliest "
        "is verdringing; daaronder wat hoofdtaak 1 verliest. Negatief: de missie wint erbij.",
    ),
    "about_bottlenecks": (
        "Pools and months in which everyone is taken and more people may raise the fill. What one "
        "more person brings takes a new plan each: planner prices.",
        "Pools en maanden waarin iedereen bezet is en meer mensen de vulling kunnen verhogen. Wat "
        "één persoon meer oplevert vraagt elk een nieuw plan: planner prices.",
    ),
    "about_futures": (
        "What comes out when the uncertain figures vary: the mean with its standard error and 95% "
        "interval, then the spread of the draws. Chance: of a fill of 90%, or of a loss of more "
        "than half a person-month.",
        "Wat eruit komt als de onzekere cijfers variëren: het gemiddelde met standaardfout en "
        "95%-interval, dan de spreiding van de trekkingen. Kans: op een vulling van 90%, of op "
        "een verlies van meer dan een halve persoonsmaand.",
    ),
    "about_drivers": (
        "Which uncertain figures go with the result, the strongest first, by rank correlation; "
        "clear: too strong to be chance.",
        "Welke onzekere cijfers met de uitkomst samengaan, de sterkste eerst, naar rangcorrelatie; "
        "duidelijk: te sterk om toeval te zijn.",
    ),
    "about_unmet": (
        "Least numbers of people over some demands together that are not reached.",
        "Minimale aantallen mensen over enkele vragen samen die niet worden gehaald.",
    ),
    "about_figures": (
        "Every figure in use, with its range and where it comes from.",
        "Elk gebruikt cijfer, met zijn marge en herkomst.",
    ),
    "about_manifest": (
        "What went in and what proves the answer.",
        "Wat erin ging en wat het antwoord bewijst.",
    ),
    # cover
    "cover_none": ("A blank scenario", "Een leeg scenario"),
    "cover_results": ("In short", "In het kort"),
    "cover_sheets": ("Sheets", "Bladen"),
    "cover_inputs": ("to fill in or change", "om in te vullen of te wijzigen"),
    "cover_outcomes": ("result, not read back", "uitkomst, wordt niet teruggelezen"),
    "cover_how": ("How to use it", "Gebruik"),
    "cover_how_1": (
        "Blue sheets hold the scenario. Change cells, add rows below, or delete rows; the rest of "
        "the workbook does not change by itself.",
        "Blauwe bladen bevatten het scenario. Wijzig cellen, voeg onderaan rijen toe of verwijder "
        "rijen; de rest van de werkmap verandert niet vanzelf mee.",
    ),
    "cover_how_2": (
        "planner import BOOK.xlsx -o scenario.yaml makes a scenario of them and says sheet, row "
        "and column of whatever is wrong; planner run scenario.yaml works it out.",
        "planner import BOEK.xlsx -o scenario.yaml maakt er een scenario van en noemt blad, rij en "
        "kolom van alles wat niet klopt; planner run scenario.yaml rekent het door.",
    ),
    "cover_how_3": (
        "Months are dates of which only month and year count; a last month counts in full. "
        "Headings may stand in English or in Dutch and in any order.",
        "Maanden zijn datums waarvan alleen maand en jaar tellen; een laatste maand telt helemaal "
        "mee. Kolomkoppen mogen Nederlands of Engels zijn en in elke volgorde staan.",
    ),
    "cover_how_4": (
        "A source is named by its id. What rests on the letter or is public needs a source; all "
        "else is an assumption.",
        "Een bron wordt genoemd met haar id. Wat op de brief rust of openbaar is, heeft een bron "
        "nodig; al het andere is een aanname.",
    ),
    "cover_not": ("What this does not tell you", "Wat dit u niet vertelt"),
    "cover_not_1": (
        "It is no prediction of what the ministry will do, but what the rules and figures imply.",
        "Het is geen voorspelling van wat het ministerie doet, maar wat uit regels en cijfers "
        "volgt.",
    ),
    "cover_not_2": (
        "Strengths of pools are assumptions where the sheet Strengths says so: real ones are "
        "confidential.",
        "Sterktes van pools zijn aannames waar het blad Sterktes dat zegt: de echte zijn "
        "vertrouwelijk.",
    ),
    "cover_asked": ("{filled} of {asked} person-months filled ({rate})",
                    "{filled} van {asked} persoonsmaanden gevuld ({rate})"),
    "cover_package": (
        "{title}: {filled} of {asked} person-months filled; displaces {lost} from main task 2 and "
        "{other} from other main task 1",
        "{title}: {filled} van {asked} persoonsmaanden gevuld; verdringt {lost} uit hoofdtaak 2 en "
        "{other} uit de overige hoofdtaak 1",
    ),
    "cover_futures": (
        "{draws}: {title} displaces {mean} person-months from main task 2 on average (95% "
        "interval {low} to {high}); in nine of ten draws between {q05} and {q95}",
        "{draws}: {title} verdringt gemiddeld {mean} persoonsmaanden uit hoofdtaak 2 "
        "(95%-interval {low} tot {high}); in negen van de tien trekkingen tussen {q05} en {q95}",
    ),
    "cover_futures_fill": (
        "{draws}: {mean} filled on average (95% interval {low} to {high}); in nine of ten draws "
        "between {q05} and {q95}",
        "{draws}: gemiddeld {mean} gevuld (95%-interval {low} tot {high}); in negen van de tien "
        "trekkingen tussen {q05} en {q95}",
    ),
    "quantity": ("quantity", "grootheid"),
    "draws_total": ("in all", "in totaal"),
    "draws_planned": ("fill rate, planned", "vullingsgraad, gepland"),
    "draws_present": ("fill rate, people present", "vullingsgraad, aanwezigen"),
    "draws_displacement": ("displacement", "verdringing"),
    "draws_other": ("loss of main task 1", "verlies van hoofdtaak 1"),
    "draws_mean": ("mean", "gemiddelde"),
    "draws_standard_error": ("standard error", "standaardfout"),
    "draws_low": ("95% interval, low", "95%-interval, laag"),
    "draws_high": ("95% interval, high", "95%-interval, hoog"),
    "draws_q05": ("5% of draws below", "5% van de trekkingen onder"),
    "draws_q25": ("25% below", "25% onder"),
    "draws_q50": ("half below", "helft onder"),
    "draws_q75": ("75% below", "75% onder"),
    "draws_q95": ("95% below", "95% onder"),
    "draws_chance": ("chance", "kans"),
    "chart_futures": (
        "{title}: displaced, person-months; mean, and 5% to 95% of draws",
        "{title}: verdrongen, persoonsmaanden; gemiddelde, en 5% tot 95% van de trekkingen",
    ),
    "rank_correlation": ("rank correlation", "rangcorrelatie"),
    "explains": ("its square", "kwadraat"),
    "clear": ("clear", "duidelijk"),
    "sheet": ("sheet", "blad"),
    "what": ("item", "onderdeel"),
    "use": ("use", "gebruik"),
    "field": ("field", "veld"),
    "value_given": ("value", "waarde"),
    "explanation": ("explanation", "uitleg"),
    "chosen_pool": ("pool in the chart:", "pool in de grafiek:"),
    "person_months_head": ("{what}, person-months", "{what}, persoonsmaanden"),
    "persons_head": ("{what}, persons", "{what}, personen"),
    "short": ("short", "tekort"),
    "total_shown": ("total of the rows shown", "totaal van de getoonde rijen"),
    "chart_fill": ("Fill rate by mission", "Vullingsgraad per missie"),
    "chart_displacement": (
        "{title}: displaced, person-months",
        "{title}: verdrongen, persoonsmaanden",
    ),
    "chart_pool": ("Persons by month", "Personen per maand"),
    "share_of_asked_head": ("share of what it asks", "deel van wat ze vraagt"),
    "invalid": ("Not a value for this column", "Geen waarde voor deze kolom"),
    "invalid_list": ("Choose from the list.", "Kies uit de lijst."),
    "invalid_number": (
        "A number from {low:g} to {high:g}.",
        "Een getal van {low:g} tot en met {high:g}.",
    ),
    "rule_line": ("rule {rule}", "regel {rule}"),
}  # fmt: skip
"""Every word that only workbooks use, English and Dutch; those of columns and cells are in
:mod:`planner.workbook.fields`."""

say = speaker(WORDS)
