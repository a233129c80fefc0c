"""Words of the what-if page, in English and in Dutch."""

from __future__ import annotations

from planner.labels import speaker
from planner.whatif.charts import WORDS as CHARTS

__all__ = ["WORDS", "say"]

WORDS: dict[str, tuple[str, str]] = {
    "page_title": ("What if", "Wat als"),
    "page_lead": (
        "Move a commitment and see which missions go short of people.",
        "Verschuif een inzet en zie welke missies mensen tekortkomen.",
    ),
    "other_language": ("Nederlands", "English"),
    "skip": ("Skip to the results", "Naar de resultaten"),
    "levers": ("Levers", "Knoppen"),
    "results": ("Results", "Resultaten"),
    "details": ("Details", "Details"),
    # plan and variant
    "change": ("change", "verschil"),
    "keep": ("Keep as {side}", "Bewaar als {side}"),
    "keep_full": ("Three variants are kept", "Er zijn drie varianten bewaard"),
    "keep_show": ("Show", "Toon"),
    "keep_drop": ("Remove", "Verwijder"),
    "base": ("Scenario to begin from", "Scenario om van uit te gaan"),
    "uploaded": ("uploaded", "geüpload"),
    "reset": ("Put everything back", "Alles terugzetten"),
    "moved": ("What you moved", "Wat u verschoof"),
    "moved_none": ("Nothing yet: the variant is the plan.", "Nog niets: de variant is het plan."),
    # levers
    "group_packages": ("Packages", "Pakketten"),
    "group_people": ("People by pool", "Mensen per pool"),
    "group_rest": ("Rest after a tour", "Rust na een uitzending"),
    "group_tour": ("Length of tours", "Duur van uitzendingen"),
    "group_decide": ("Missions under study", "Missies in onderzoek"),
    "group_protect": ("Protected missions", "Beschermde missies"),
    "group_tier": ("Who goes first", "Wie voorgaat"),
    "no_package_levers": (
        "This scenario has no package. Choose one that has to move its size and start.",
        "Dit scenario heeft geen pakket. Kies er een met een pakket om omvang en begin te "
        "verschuiven.",
    ),
    "rest_note": (
        "Multiple of the months of rest for each month away (uitzendbescherming).",
        "Veelvoud van de maanden rust per maand weg (uitzendbescherming).",
    ),
    "tier_note": (
        "A mission of a lower tier gets people first, whatever that costs the next.",
        "Een missie met een lagere prioriteit krijgt eerst mensen, wat dat de volgende ook kost.",
    ),
    "protect_note": (
        "A protected mission gets people before all others, the package included, whatever that "
        "costs them.",
        "Een beschermde missie krijgt mensen voor alle andere, ook voor het pakket, wat dat "
        "die ook kost.",
    ),
    "lever_protect": ("protected", "beschermd"),
    "lever_rule": ("Rule", "Regel"),
    "lever_on": ("takes part", "doet mee"),
    "lever_size": ("Size, times", "Omvang, maal"),
    "lever_first": ("First month", "Eerste maand"),
    "lever_known": ("Known from", "Bekend vanaf"),
    "lever_people": ("strength, times", "sterkte, maal"),
    "lever_rest": ("rest, times", "rust, maal"),
    "lever_tour": ("tour, months", "uitzending, maanden"),
    "lever_go": ("goes ahead", "gaat door"),
    "lever_send": ("goes after all (declined)", "gaat toch (afgewezen)"),
    "lever_tier": ("tier", "prioriteit"),
    "as_it_was": ("several", "verschillend"),
    "known_start": ("the start", "het begin"),
    "known_just-in-time": ("just in time", "net op tijd"),
    "on": ("on", "aan"),
    "off": ("off", "uit"),
    # state
    "ready": ("Ready", "Klaar"),
    "computing": ("Computing …", "Bezig …"),
    "loading": ("Loading …", "Wordt geladen …"),
    "lost": (
        "The connection is lost: reload the page, the address brings back what you had.",
        "De verbinding is weg: herlaad de pagina, het adres brengt terug wat u had.",
    ),
    "wrong": ("This cannot be:", "Dit kan niet:"),
    "address_wrong": (
        "Parts of the address could not be followed:",
        "Delen van het adres konden niet worden gevolgd:",
    ),
    "unexpected": (
        "Something went wrong on the server. Your levers are as they were.",
        "Er ging iets mis op de server. Uw knoppen staan zoals ze stonden.",
    ),
    # the answer
    "answer_draws_lead": ("Over the draws", "Over de trekkingen"),
    "answer_likely_lead": ("For the likely values", "Bij de waarschijnlijke waarden"),
    "answer_when_lead": ("When", "Wanneer"),
    "answer_ranges_lead": ("Without counts", "Zonder tellingen"),
    "answer_who_lead": ("From whom", "Van wie"),
    "moves": ("input", "invoer"),
    "moves_title": (
        "What moves it most over the draws: the part of the spread that goes with it, and the "
        "chance that anything is displaced in the lowest and in the highest third of its values",
        "Wat dit over de trekkingen het meest beweegt: het deel van de spreiding dat ermee "
        "samengaat, en de kans dat er iets wordt verdrongen in het laagste en in het hoogste derde "
        "van de waarden",
    ),
    "moves_part": ("spread", "spreiding"),
    "moves_low": ("lowest third", "laagste derde"),
    "moves_high": ("highest third", "hoogste derde"),
    "moves_none": (
        "No single input clearly goes with displacement in these draws.",
        "Geen enkele invoer gaat in deze trekkingen duidelijk samen met de verdringing.",
    ),
    "moves_turn_nothing": (
        "In most draws nothing is displaced; where a chance is marked * it is the other way round.",
        "In de meeste trekkingen wordt niets verdrongen; bij een kans met * is dat andersom.",
    ),
    "moves_turn_something": (
        "In most draws something is displaced; where a chance is marked * it is the other way "
        "round.",
        "In de meeste trekkingen wordt iets verdrongen; bij een kans met * is dat andersom.",
    ),
    "moves_stay_nothing": (
        "In most draws nothing is displaced, in each of these thirds as well.",
        "In de meeste trekkingen wordt niets verdrongen, ook in elk van deze derden.",
    ),
    "moves_stay_something": (
        "In most draws something is displaced, in each of these thirds as well.",
        "In de meeste trekkingen wordt iets verdrongen, ook in elk van deze derden.",
    ),
    "answer_plan_lead": ("In the plan", "In het plan"),
    "answer_certainty": ("How certain", "Hoe zeker"),
    "answer_likely": (
        "For the likely values alone “{package}” displaces {total} person-months of main task 2 "
        "({rule}).",
        "Bij alleen de waarschijnlijke waarden verdringt ‘{package}’ {total} persoonsmaanden van "
        "hoofdtaak 2 ({rule}).",
    ),
    "answer_likely_gains": (
        "For the likely values alone main task 2 gets {total} person-months more with “{package}” "
        "({rule}).",
        "Bij alleen de waarschijnlijke waarden krijgt hoofdtaak 2 met ‘{package}’ {total} "
        "persoonsmaanden meer ({rule}).",
    ),
    "answer_beside": (
        "It displaces {total} person-months of main task 2 ({rule}).",
        "Er worden {total} persoonsmaanden van hoofdtaak 2 verdrongen ({rule}).",
    ),
    "answer_other_fair": (
        "Under the other rule, {rule}, it is {total}.",
        "Onder de andere regel, {rule}, zijn het er {total}.",
    ),
    "answer_other_value": (
        "Under the other rule, {rule}, it is {total} (one of several plans that are as good).",
        "Onder de andere regel, {rule}, zijn het er {total} (één van meer plannen die even goed "
        "zijn).",
    ),
    "answer_phase": (
        "Of these {before} fall before its first month and {after} from then on.",
        "Daarvan vallen er {before} voor de eerste maand van het pakket en {after} daarna.",
    ),
    "answer_lost_2": ("Who loses them: {list}.", "Wie ze verliest: {list}."),
    "answer_lost_1": (
        "Main task 1 loses {total}: {list}.",
        "Hoofdtaak 1 verliest er {total}: {list}.",
    ),
    "answer_loser": (
        "{mission} ({lost} person-months, at most {persons}, in {months})",
        "{mission} ({lost} persoonsmaanden, hoogstens {persons}, in {months})",
    ),
    "answer_post": ("{mission} ({persons} for {months})", "{mission} ({persons}, {months})"),
    "answer_others": ("others: {count}", "andere: {count}"),
    "answer_small_2": (
        "Missions of main task 2 that never lose half a person at a time lose {lost} "
        "person-months together.",
        "Missies van hoofdtaak 2 die nooit een halve persoon tegelijk verliezen, verliezen samen "
        "{lost} persoonsmaanden.",
    ),
    "answer_small_1": (
        "Missions of main task 1 that never lose half a person at a time lose {lost} "
        "person-months together.",
        "Missies van hoofdtaak 1 die nooit een halve persoon tegelijk verliezen, verliezen samen "
        "{lost} persoonsmaanden.",
    ),
    "answer_drawn_1": (
        "Other missions of main task 1 lose {lost} person-months on average.",
        "Andere missies van hoofdtaak 1 verliezen gemiddeld {lost} persoonsmaanden.",
    ),
    "answer_drawn_plan": (
        "Over the same draws the plan, without what you moved, displaces {mean} person-months on "
        "average, {q05} to {q95} in nine of ten; the chance of any is {chance}.",
        "Over dezelfde trekkingen verdringt het plan, zonder wat u verschoof, gemiddeld {mean} "
        "persoonsmaanden, {q05} tot {q95} in negen van de tien; de kans op verdringing is "
        "{chance}.",
    ),
    "answer_more": (
        "Both main tasks together lose {change} more than in the plan.",
        "Beide hoofdtaken samen verliezen er {change} meer dan in het plan.",
    ),
    "answer_less": (
        "Both main tasks together lose {change} less than in the plan.",
        "Beide hoofdtaken samen verliezen er {change} minder dan in het plan.",
    ),
    "answer_off": (
        "“{package}” is switched off: other missions keep their people.",
        "‘{package}’ staat uit: andere missies houden hun mensen.",
    ),
    "answer_fill": (
        "For the likely values alone {share} of what missions of main task 2 ask can be filled; "
        "shortest of people are {missions}.",
        "Bij alleen de waarschijnlijke waarden kan {share} van wat missies van hoofdtaak 2 vragen "
        "worden gevuld; de grootste tekorten hebben {missions}.",
    ),
    "answer_fill_all": (
        "For the likely values alone all that missions of main task 2 ask can be filled.",
        "Bij alleen de waarschijnlijke waarden kan alles wat missies van hoofdtaak 2 vragen worden "
        "gevuld.",
    ),
    "answer_drawing": (
        "This is the plan for the likely values of all inputs. Draws of everything uncertain are "
        "being made; they say how likely it is …",
        "Dit is het plan bij de waarschijnlijke waarden van alle invoer. Trekkingen van alles wat "
        "onzeker is worden nu gemaakt; die zeggen hoe waarschijnlijk dit is …",
    ),
    "answer_more_draws": ("More draws are being made …", "Er worden meer trekkingen gemaakt …"),
    "answer_on_request": (
        "This is the plan for the likely values of all inputs; the draws below say how likely it "
        "is.",
        "Dit is het plan bij de waarschijnlijke waarden van alle invoer; de trekkingen hieronder "
        "zeggen hoe waarschijnlijk dit is.",
    ),
    "answer_fill_range": (
        "Over {draws} draws main task 2 gets {low} to {high} of the people it asks in an average "
        "month, in nine draws of ten.",
        "Over {draws} trekkingen krijgt hoofdtaak 2 in een gemiddelde maand {low} tot {high} van "
        "de gevraagde mensen, in negen van de tien trekkingen.",
    ),
    "answer_no_range": (
        "There is nothing uncertain in this scenario.",
        "Dit scenario bevat niets onzekers.",
    ),
    "answer_trust": (
        "Strengths of pools are assumptions: rely on the order of magnitude and on who loses most, "
        "not on the last digit. Click a bar to see why.",
        "De sterktes van pools zijn aannames: reken op de orde van grootte en op wie het meest "
        "verliest, niet op het laatste cijfer. Klik op een balk om te zien waarom.",
    ),
    "undo": ("Undo", "Ongedaan maken"),
    "redo": ("Redo", "Opnieuw"),
    # what is shown
    "key_likely": (
        "Charts and tables show the likely values, except where they say that they show draws.",
        "Figuren en tabellen tonen de waarschijnlijke waarden, behalve waar trekkingen staan.",
    ),
    "headline": ("In short", "In het kort"),
    "head_asked": ("{package}: asked, person-months", "{package}: gevraagd, persoonsmaanden"),
    "head_filled": ("{package}: filled, person-months", "{package}: gevuld, persoonsmaanden"),
    "head_lost_2": (
        "displaced from main task 2, person-months",
        "verdrongen uit hoofdtaak 2, persoonsmaanden",
    ),
    "head_lost_1": (
        "lost by other main task 1, person-months",
        "verlies overige hoofdtaak 1, persoonsmaanden",
    ),
    "head_ratio": ("displacement ratio", "verdringingsgraad"),
    "head_fill": ("fill rate of main task {task}", "vullingsgraad hoofdtaak {task}"),
    "head_binding": (
        "months in which a pool has no people left",
        "maanden waarin een pool geen mensen over heeft",
    ),
    "fill_title": ("Fill by mission", "Vulling per missie"),
    "lost_title": ("Displacement by mission", "Verdringing per missie"),
    "lost_package": ("Displaced by", "Verdrongen door"),
    "binds_title": ("Bottlenecks", "Knelpunten"),
    "binds_axis": (
        "months in which everyone is taken and more people may help",
        "maanden waarin iedereen bezet is en meer mensen kunnen helpen",
    ),
    "time_title": ("People on duty by month", "Ingezette mensen per maand"),
    "time_axis": ("persons on duty", "ingezette personen"),
    "tours_title": ("Tours", "Uitzendingen"),
    "tours_axis": (
        "one row a tour: grey as planned, blue as changed",
        "één rij per uitzending: grijs zoals gepland, blauw zoals gewijzigd",
    ),
    "all_of_task": ("main task {task}", "hoofdtaak {task}"),
    "mission_shown": ("Mission", "Missie"),
    "month_shown": ("Month", "Maand"),
    "as_table": ("As a table", "Als tabel"),
    # why
    "why_ask": ("Explain", "Leg uit"),
    "why_more": (
        "What would change this is being computed …",
        "Wat dit zou veranderen, wordt berekend …",
    ),
    "why_worst": ("the worst month", "de slechtste maand"),
    "why_held": ("Who holds the people", "Wie de mensen heeft"),
    "held": ("held", "bezet"),
    # how sure
    "sure_title": ("How sure?", "Hoe zeker?"),
    "sure_lead": (
        "Draws strengths, sizes and decisions at random within their ranges and plans each draw, "
        "with and without each package.",
        "Trekt sterktes, omvang en besluiten willekeurig binnen hun bandbreedte en plant elke "
        "trekking, met en zonder elk pakket.",
    ),
    "draws": ("Draws", "Trekkingen"),
    "reach": ("Chance of a fill of at least", "Kans op een vulling van ten minste"),
    "run_draws": ("Make draws", "Trekkingen maken"),
    "run_ranges": ("Show ranges", "Toon marges"),
    "run_changes": ("Change assumptions one by one", "Wijzig aannames één voor één"),
    "changes_title": ("Each assumption changed by itself", "Elke aanname afzonderlijk gewijzigd"),
    "ranges_title": ("Ranges over all optimal plans", "Marges over alle optimale plannen"),
    "stop": ("Stop", "Stop"),
    "job_waiting": ("Waiting, {count} before you", "Wacht, {count} voor u"),
    "job_running": ("{done} of {total}", "{done} van {total}"),
    "job_starting": (
        "Starting … (up to a minute the very first time)",
        "Begint … (de allereerste keer tot een minuut)",
    ),
    "job_left": ("about {seconds} s left", "nog ongeveer {seconds} s"),
    "job_stopped": ("Stopped.", "Gestopt."),
    "job_stale": (
        "Levers have moved since: these figures are of the variant before.",
        "De knoppen zijn sindsdien verschoven: deze cijfers zijn van de vorige variant.",
    ),
    "how_drawn": ("How they were drawn", "Hoe er is getrokken"),
    "fan_title": ("Fill over time", "Vulling in de tijd"),
    "fan_middle": (
        "half of the draws lie in the dark band, nine tenths in the light one",
        "de helft van de trekkingen ligt in de donkere band, negen tiende in de lichte",
    ),
    "chance_title": ("Chance to reach a fill", "Kans om een vulling te halen"),
    "spread_title": ("Displacement over the draws", "Verdringing over de trekkingen"),
    "spread_drawing": ("Draws are being made …", "Er worden trekkingen gemaakt …"),
    "spread_on_request": (
        "Draws are made on request, further down.",
        "Trekkingen worden op verzoek gemaakt, verderop.",
    ),
    "spread_none": (
        "The package takes no part, so nothing is displaced.",
        "Het pakket doet niet mee, dus er wordt niets verdrongen.",
    ),
    "interval": (
        "{package} displaces {mean} person-months of main task 2 on average (95% interval of "
        "the mean {low} to {high}); nine draws in ten lie between {q05} and {q95}.",
        "{package} verdringt gemiddeld {mean} persoonsmaanden van hoofdtaak 2 (95%-interval van "
        "het gemiddelde {low} tot {high}); negen van de tien trekkingen liggen tussen {q05} en "
        "{q95}.",
    ),
    "mean": ("mean", "gemiddelde"),
    "chance": ("chance", "kans"),
    "error": ("standard error", "standaardfout"),
    "smallest": ("smallest", "kleinste"),
    "largest": ("largest", "grootste"),
    # what can be promised
    "promise_title": ("What can be promised?", "Wat kan worden toegezegd?"),
    "promise_lead": (
        "Shares are promised now, and plans are made with all that is then known. Choose how "
        "certain each promise has to be. Tours, preparation, time at home and dates stand at their "
        "likely values here, while the draws above let them vary: a mission may be promised all "
        "that it asks and still lose people in some of those draws.",
        "Toezeggingen worden nu gedaan, en plannen gemaakt met alles wat dan bekend is. Kies hoe "
        "zeker elke toezegging moet zijn. Uitzendduur, voorbereiding, tijd thuis en data staan "
        "hier op hun waarschijnlijke waarden, terwijl ze in de trekkingen hierboven variëren: aan "
        "een missie kan alles worden toegezegd, terwijl zij in een deel van die trekkingen mensen "
        "verliest.",
    ),
    "certainty": ("How certain", "Hoe zeker"),
    "promise_ask": ("Work out promises", "Bepaal toezeggingen"),
    "promise_busy": (
        "Promises are being worked out; draws that run go first …",
        "Toezeggingen worden bepaald; lopende trekkingen gaan voor …",
    ),
    "promise_ready": (
        "These promises are of the variant as it stands.",
        "Deze toezeggingen gelden voor de variant zoals die nu is.",
    ),
    "promise_seen": (
        "With {certainty} certainty {count} of {total} missions can be promised all that they ask",
        "Met {certainty} zekerheid kan aan {count} van de {total} missies alles worden toegezegd",
    ),
    "promise_axis": (
        "share of what is asked; missions that can be promised all of it are in the table",
        "deel van wat gevraagd is; missies waaraan dat geheel kan worden toegezegd staan in de "
        "tabel",
    ),
    "promise_likely": (
        "promised by the plan for the expected values",
        "toegezegd door het plan bij de verwachte waarden",
    ),
    "promise_share": ("can be promised", "toe te zeggen"),
    "promise_kept": ("kept in", "nagekomen in"),
    "promise_interval": ("95% interval", "95%-interval"),
    "promise_holds": ("as certain as asked", "zo zeker als gevraagd"),
    "promise_table": ("Promises by mission", "Toezeggingen per missie"),
    # files
    "files_title": ("Save and load", "Bewaren en laden"),
    "save_scenario": ("Scenario file", "Scenariobestand"),
    "save_table": ("Tables", "Tabellen"),
    "save_figure": ("Figure", "Figuur"),
    "save_report": ("Report", "Rapport"),
    "save_workbook": ("Workbook", "Werkboek"),
    "saving": ("Making {name} …", "{name} wordt gemaakt …"),
    "upload": ("Load a scenario file", "Laad een scenariobestand"),
    "upload_note": (
        "YAML, at most {size}; it may build on the scenarios that come along, by name.",
        "YAML, hoogstens {size}; het mag voortbouwen op de meegeleverde scenario's, op naam.",
    ),
    "uploaded_is": ("Loaded {name}.", "{name} is geladen."),
    "link_short": (
        "The address of this page brings back this view.",
        "Het adres van deze pagina brengt dit beeld terug.",
    ),
    "link_long": (
        "This file is too large for the address: save it as a scenario file to keep it.",
        "Dit bestand is te groot voor het adres: bewaar het als scenariobestand.",
    ),
    # what it does not tell
    "limits_title": ("What this does not tell you", "Wat dit u niet vertelt"),
    "limits_1": (
        "It is no prediction of what the ministry will do: it shows what fits and what does not.",
        "Het voorspelt niet wat het ministerie zal doen: het toont wat past en wat niet.",
    ),
    "limits_2": (
        "Sizes of pools are assumptions: real strengths and readiness are not public. The letter's "
        "caps and months are facts.",
        "De omvang van de pools is een aanname: echte sterktes en gereedheid zijn niet openbaar. "
        "De maxima en maanden uit de brief zijn feiten.",
    ),
    "limits_3": (
        "The size of the Dutch share on the eastern flank is an assumption as well; none was "
        "published.",
        "Ook de omvang van de Nederlandse bijdrage aan de oostflank is een aanname; die is niet "
        "gepubliceerd.",
    ),
    "limits_4": (
        "It counts posts and people by speciality and by month. It knows no names, ranks, ships' "
        "schedules, ammunition or money beyond the published budgets.",
        "Het telt functies en mensen per specialisme en per maand. Het kent geen namen, rangen, "
        "vaarschema's, munitie of geld buiten de openbare begrotingen.",
    ),
    "limits_5": (
        "Tiers come first, whatever they cost: one person-month of tier 1 outweighs any number "
        "of tier 2.",
        "Prioriteiten gaan voor, wat ze ook kosten: één persoonsmaand van prioriteit 1 weegt "
        "zwaarder dan elk aantal van prioriteit 2.",
    ),
    # guide
    "guide": ("Guided visit", "Rondleiding"),
    "guide_step": ("Step {step} of {steps}", "Stap {step} van {steps}"),
    "guide_next": ("Next", "Volgende"),
    "guide_back": ("Back", "Terug"),
    "guide_1_title": ("June 2022: the letter", "Juni 2022: de brief"),
    "guide_1_text": (
        "The government tells parliament how many people go to some forty missions until "
        "2025. What NATO will ask on its eastern flank is not yet known. So your variant "
        "begins without it: the package is switched off, and for the likely values nearly "
        "everything can be filled.",
        "Het kabinet meldt het parlement hoeveel mensen tot 2025 naar een veertigtal "
        "missies gaan. Wat de NAVO aan de oostflank zal vragen is nog niet bekend. Uw "
        "variant begint daarom zonder: het pakket staat uit, en bij de waarschijnlijke "
        "waarden kan bijna alles worden gevuld.",
    ),
    "guide_2_title": ("July 2022: a battalion share", "Juli 2022: een bataljonsbijdrage"),
    "guide_2_text": (
        "After the summit in Madrid a battalion share is promised from 2023. Plan and "
        "variant are the same now. The first sentence is of the likely values until draws are "
        "made, within a minute; then it is over the draws. Read which missions give way in how "
        "many of them, and what that depends on most.",
        "Na de top in Madrid wordt vanaf 2023 een bataljonsbijdrage toegezegd. Plan en "
        "variant zijn nu gelijk. De eerste zin geldt de waarschijnlijke waarden tot er "
        "trekkingen zijn, binnen een minuut; daarna geldt die de trekkingen. Lees welke missies "
        "in hoeveel daarvan wijken, en waar dat het meest van afhangt.",
    ),
    "guide_3_title": ("What if it is twice as large?", "En als het twee keer zo groot is?"),
    "guide_3_text": (
        "The size stands at two. Main task 2 loses more, but main task 1 most of all: the "
        "package now competes with the response force and Lithuania, and does not get all "
        "that it asks. The bottlenecks show which pools have run dry.",
        "De omvang staat op twee. Hoofdtaak 2 verliest meer, maar hoofdtaak 1 het meest: "
        "het pakket concurreert nu met de reactiemacht en Litouwen, en krijgt niet alles "
        "wat het vraagt. De knelpunten tonen welke pools leeg zijn.",
    ),
    "guide_4_title": ("What would help?", "Wat zou helpen?"),
    "guide_4_text": (
        "Back to one battalion share, and soldiers rest half as long after a tour. Much "
        "of what is lost is the price of the rest rule. Try the size of a pool, the month in "
        "which the package becomes known, or a mission that is protected as well.",
        "Terug naar één bataljonsbijdrage, en militairen rusten half zo lang na een "
        "uitzending. Veel van het verlies is de prijs van de uitzendbescherming. Probeer "
        "ook de omvang van een pool, de maand waarin het pakket bekend wordt, of een missie "
        "die beschermd is.",
    ),
    "guide_5_title": ("Your turn", "Nu u"),
    "guide_5_text": (
        "Everything is back where it was. Move what you like; the address of the page "
        "keeps it, so a link shows others the same. Further down ask why for any mission and "
        "month, and what can be promised with which certainty.",
        "Alles staat weer zoals het was. Verschuif wat u wilt; het adres van de pagina "
        "onthoudt het, dus een link toont anderen hetzelfde. Vraag verderop waarom, voor elke "
        "missie en maand, en wat met welke zekerheid kan worden toegezegd.",
    ),
    "guide_end": ("Close", "Sluiten"),
}
"""Every word that charts do not say, English and Dutch."""

say = speaker({**CHARTS, **WORDS})
