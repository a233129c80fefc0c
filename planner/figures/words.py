"""Titles and captions of figures, in English and in Dutch."""

from __future__ import annotations

from planner.labels import speaker

__all__ = ["WORDS", "said_of", "say"]

WORDS: dict[str, tuple[str, str]] = {
    "source_line": ("Source: {source}", "Bron: {source}"),
    "source_result": (
        "scenario {name}, rule {rule}, {window}; inputs {digest}",
        "scenario {name}, regel {rule}, {window}; invoer {digest}",
    ),
    "other_missions": ("{count} other missions", "{count} andere missies"),
    # sand
    "sand_title_none": (
        "Every pool has people to spare in every month",
        "Elke pool houdt in elke maand mensen over",
    ),
    "sand_title_some": (
        "No people to spare in some month: {count} of {all} pools",
        "Niemand over in een of meer maanden: {count} van {all} pools",
    ),
    "sand_title_one_short": (
        "{pool}: no people to spare in {count} of {all} months",
        "{pool}: niemand over in {count} van {all} maanden",
    ),
    "sand_title_one_spare": (
        "{pool}: at least {spare} persons to spare in every month",
        "{pool}: in elke maand minstens {spare} personen over",
    ),
    "sand_subtitle": (
        "Persons by month in each pool: preparing, on duty, resting and idle, against the pool's "
        "strength. Every pool has its own scale; × marks pools that run out.",
        "Personen per maand in elke pool: in voorbereiding, ingezet, in rust en beschikbaar, "
        "tegen de sterkte. Elke pool heeft een eigen schaal; × merkt pools zonder reserve.",
    ),
    "sand_subtitle_one": (
        "Persons by month: preparing, on duty, resting and idle, against the pool's strength",
        "Personen per maand: in voorbereiding, ingezet, in rust en beschikbaar, tegen de sterkte",
    ),
    "crowd_title": (
        "{pool}: {mission} ties up most people, {share} of the strength",
        "{pool}: {mission} bindt de meeste mensen, {share} van de sterkte",
    ),
    "crowd_subtitle": (
        "Persons tied up (preparing, on duty or resting) by month and mission, against strength",
        "Gebonden personen (voorbereiding, inzet of rust) per maand en missie, tegen de sterkte",
    ),
    "no_people": ("No people of this pool are tied up.", "Niemand in deze pool is gebonden."),
    "no_pools": ("The scenario has no pools.", "Er zijn geen pools."),
    # places
    "places_title": (
        "“{package}” takes people from missions in {count} of {all} places, most in {place}: "
        "{lost} person-months",
        "‘{package}’ haalt mensen weg op {count} van {all} plaatsen, de meeste in {place}: "
        "{lost} persoonsmaanden",
    ),
    "places_title_one": (
        "“{package}” takes people from missions in one of {all} places, {place}: {lost} "
        "person-months",
        "‘{package}’ haalt op één van {all} plaatsen mensen weg, in {place}: {lost} "
        "persoonsmaanden",
    ),
    "places_title_none": (
        "“{package}” takes no people from missions in any of {all} places",
        "‘{package}’ haalt op geen van {all} plaatsen mensen weg",
    ),
    "places_title_fill": (
        "Missions in {count} of {all} places get less than {share} of the people they ask for",
        "Missies op {count} van {all} plaatsen krijgen minder dan {share} van de gevraagde mensen",
    ),
    "places_subtitle": (
        "Circles are as large as what their missions ask for in the window ({window}) and as "
        "dark as it is not filled. Missions that are near each other stand together.",
        "Een cirkel is zo groot als wat missies daar vragen in de periode ({window}) en zo donker "
        "als het niet gevuld is. Missies dicht bij elkaar staan samen.",
    ),
    "places_left_out": (
        "Not on the map, as they have no place: {count}.",
        "Niet op de kaart, want zonder plaats: {count}.",
    ),
    "places_plain": ("Missions on the map", "Missies op de kaart"),
    "places_none": (
        "No mission of this scenario has a place on the map.",
        "Geen missie van dit scenario heeft een plaats op de kaart.",
    ),
    "places_lost": ("lost", "verlies"),
    "places_caribbean": ("Caribbean", "Caribisch gebied"),
    "places_ring": (
        "A ring marks a loss, listed in person-months of both main tasks.",
        "Een ring geeft verlies aan; de lijst noemt persoonsmaanden van beide hoofdtaken.",
    ),
    # changeovers
    "changeovers_title": (
        "Most people change over at once in {month}: {persons} arrive, against {usual} in an "
        "ordinary month",
        "De meeste mensen lossen tegelijk af in {month}: er komen er {persons}, tegen {usual} in "
        "een gewone maand",
    ),
    "changeovers_subtitle": (
        "Persons who begin a tour in each month ({window}); people on call stay at home and are "
        "not counted. An ordinary month is the median.",
        "Personen van wie de uitzending begint, per maand ({window}); wie stand-by is blijft thuis "
        "en telt niet mee. Een gewone maand is de mediaan.",
    ),
    "changeovers_plain": ("Changeovers by month", "Aflossingen per maand"),
    "changeovers_none": ("No tour begins in the window.", "In de periode begint geen uitzending."),
    "changeovers_busiest": ("The busiest months", "De drukste maanden"),
    # rotations
    "rotations_title": (
        "{name}: each post keeps about {ratio} people busy",
        "{name}: elke post houdt ongeveer {ratio} mensen bezig",
    ),
    "rotations_subtitle": (
        "One bar a tour: preparation, months on duty with the number of persons, rest. Tours that "
        "overlap stand below each other.",
        "Eén balk per uitzending: voorbereiding, maanden ingezet met het aantal personen, rust. "
        "Overlappende uitzendingen staan onder elkaar.",
    ),
    "rotations_left_out": (
        "Only the largest demands are shown; tours left out: {count}.",
        "Alleen de grootste vragen staan erin; weggelaten uitzendingen: {count}.",
    ),
    "no_tours": ("No tours in the window.", "Er zijn geen uitzendingen in de periode."),
    "rotations_plain": ("Rotations: {name}", "Rotaties: {name}"),
    # fill
    "fill_title": (
        "Filled less than {share}: {count} of {all} missions; least {worst}, {rate}",
        "Minder dan {share} gevuld: {count} van {all} missies; het minst {worst}, {rate}",
    ),
    "fill_title_full": (
        "Every mission is filled at least {share}",
        "Elke missie is voor minstens {share} gevuld",
    ),
    "fill_subtitle": (
        "Persons on duty as a share of those asked, by mission and month; darker is emptier. On "
        "the right the fill rate of the whole window.",
        "Ingezette personen als deel van de gevraagde, per missie en maand; donkerder is leger. "
        "Rechts de vullingsgraad over de hele periode.",
    ),
    "mandate_ends": ("a mandate ends", "een mandaat eindigt"),
    "nothing_asked": ("nothing asked", "niets gevraagd"),
    "nobody_asked": (
        "No people are requested in the window.",
        "Er wordt in de periode niemand gevraagd.",
    ),
    "fill_plain": ("Fill by mission and month", "Vulling per missie en maand"),
    # displacement
    "displaced_title": (
        "“{package}” displaces {total} person-months of main task 2; {mission} loses most, {most}",
        "‘{package}’ verdringt {total} persoonsmaanden hoofdtaak 2; {mission} verliest het "
        "meest, {most}",
    ),
    "displaced_title_none": (
        "“{package}” displaces nothing of main task 2",
        "‘{package}’ verdringt niets van hoofdtaak 2",
    ),
    "displaced_subtitle": (
        "Person-months lost by each mission: filled without the package minus filled with it, "
        "{window}",
        "Verloren persoonsmaanden per missie: gevuld zonder het pakket min gevuld met het pakket, "
        "{window}",
    ),
    "displaced_whisker": (
        "Lines: from the smallest to the largest value over all optimal allocations.",
        "Lijnen: van de kleinste tot de grootste waarde over alle optimale verdelingen.",
    ),
    "displaced_rest": (
        "Missions that change less than {least}: {count}.",
        "Missies die minder dan {least} veranderen: {count}.",
    ),
    "displaced_axis": ("displaced, person-months", "verdrongen, persoonsmaanden"),
    "other_main_task_1": ("main task 1, other missions", "hoofdtaak 1, andere missies"),
    "no_package": (
        "The scenario has no package, so nothing displaces.",
        "Het scenario heeft geen pakket, dus niets dat verdringt.",
    ),
    "displacement_plain": ("Displacement by mission", "Verdringing per missie"),
    # flow
    "flow_title": (
        "“{package}” takes {total} person-months from other missions, {most} of them through "
        "{pool}",
        "‘{package}’ kost andere missies {total} persoonsmaanden, waarvan {most} via {pool}",
    ),
    "flow_title_several": (
        "Of {count} packages “{package}” takes most from other missions: {total} person-months, "
        "{most} of them through {pool}",
        "Van {count} pakketten kost ‘{package}’ andere missies het meest: {total} persoonsmaanden, "
        "waarvan {most} via {pool}",
    ),
    "flow_several": (
        "Each package as if it came last: what they take together is not the sum.",
        "Elk pakket alsof het als laatste kwam: wat ze samen kosten is niet de som.",
    ),
    "flow_subtitle": (
        "Person-months lost, from commitments through pools to the missions that lose them, "
        "{window}. Widths are person-months, less what a mission gets back from another pool.",
        "Verloren persoonsmaanden, van toezeggingen via pools naar de missies die ze verliezen, "
        "{window}. Breedtes zijn persoonsmaanden, min wat een missie uit een andere pool "
        "terugkrijgt.",
    ),
    "flow_gains": (
        "Not drawn: {gain} person-months that other missions gain.",
        "Niet getekend: {gain} persoonsmaanden die andere missies erbij krijgen.",
    ),
    "commitments": ("commitments", "toezeggingen"),
    "lose": ("missions that lose", "missies die verliezen"),
    "flow_plain": ("Flow of displacement", "Stroom van verdringing"),
    "flow_none": ("Nothing is displaced.", "Niets wordt verdrongen."),
    # curve
    "curve_title": (
        "“{name}”: the first {headroom} posts cost main task 2 nothing; at {size} it loses {total} "
        "person-months",
        "‘{name}’: de eerste {headroom} functies kosten hoofdtaak 2 niets; bij {size} verliest die "
        "{total} persoonsmaanden",
    ),
    "curve_title_none": (
        "“{name}”: main task 2 loses from the first post on; at {size} posts {total} person-months",
        "‘{name}’: hoofdtaak 2 verliest vanaf de eerste functie; bij {size} functies {total} "
        "persoonsmaanden",
    ),
    "curve_title_free": (
        "“{name}”: all {size} posts, and up to {headroom}, cost main task 2 nothing",
        "‘{name}’: alle {size} functies, en tot {headroom}, kosten hoofdtaak 2 niets",
    ),
    "curve_subtitle": (
        "Person-months of main task 2 displaced against the size of the package; numbers along the "
        "line are the person-months that one post more costs on it.",
        "Verdrongen persoonsmaanden van hoofdtaak 2 tegen de omvang van het pakket; getallen langs "
        "de lijn zijn de persoonsmaanden die één functie meer daar kost.",
    ),
    "curve_tried": (
        "Planned at {count} sizes; between them an estimate, from which the sizes planned last "
        "differed by up to {give} person-months.",
        "Gepland voor {count} omvangen; daartussen een schatting, waar de laatst geplande omvangen "
        "tot {give} persoonsmaanden van afweken.",
    ),
    "curve_key": ("displacement, with its breakpoints", "verdringing, met haar knikpunten"),
    "curve_key_tried": (
        "displacement; dots where the slope changes",
        "verdringing; punten waar de helling verandert",
    ),
    "curve_band": ("other allocations, equally good", "andere verdelingen, even goed"),
    "headroom": ("headroom", "ruimte"),
    "its_size": ("the package: {posts}", "het pakket: {posts}"),
    "size_axis": ("size of the package, posts", "omvang van het pakket, functies"),
    "source_rule": ("Rule: {rule}", "Regel: {rule}"),
    "source_beside": (
        "scenarios {names}, rule {rule}, {window}",
        "scenario's {names}, regel {rule}, {window}",
    ),
    # scenarios
    "scenarios_fill_title": (
        "Main task 2 is filled least in “{name}”: {rate}",
        "Hoofdtaak 2 is het minst gevuld in ‘{name}’: {rate}",
    ),
    "scenarios_subtitle": (
        "Fill rate by mission in each scenario, those that differ most first, then those that only "
        "some ask (– is not asked). Displaced: person-months of main task 2.",
        "Vullingsgraad per missie in elk scenario, de grootste verschillen eerst, dan wat alleen "
        "sommige vragen (– is niet gevraagd). Verdrongen: persoonsmaanden van hoofdtaak 2.",
    ),
    "scenarios_rest": (
        "Not shown, for differing less: {count}.",
        "Niet getoond, want minder verschil: {count}.",
    ),
    "scenarios_plain": ("Scenarios side by side", "Scenario's naast elkaar"),
    "task_2_short": ("main task 2:", "hoofdtaak 2:"),
    "displaced_short": ("displaced:", "verdrongen:"),
    "as_in": ("as in {name}", "zoals in {name}"),
    "no_difference": (
        "No mission's fill differs between these scenarios.",
        "De vulling van geen enkele missie verschilt tussen deze scenario's.",
    ),
    "versus_title": (
        "“{second}” against “{first}”: missions filled less {fewer}, more {more}",
        "‘{second}’ tegenover ‘{first}’: minder gevulde missies {fewer}, meer gevulde {more}",
    ),
    "versus_title_same": (
        "“{second}” and “{first}” ask for different missions, and fill the others alike",
        "‘{second}’ en ‘{first}’ vragen andere missies, en vullen de overige gelijk",
    ),
    "versus_subtitle": (
        "Fill rate by mission in both, largest loss first; at the end what only one of them asks.",
        "Vullingsgraad per missie in beide, het grootste verlies eerst; onderaan wat maar een van "
        "beide vraagt.",
    ),
    # many draws
    "source_futures": (
        "scenario {name}, rule {rule}, {window}; {draws}, seed {seed}; run {digest}",
        "scenario {name}, regel {rule}, {window}; {draws}, startgetal {seed}; berekening {digest}",
    ),
    "fan_title": (
        "Fill of {name}: {low} to {high} in nine draws of ten, on average {mean}",
        "Vulling van {name}: {low} tot {high} in negen van de tien trekkingen, gemiddeld {mean}",
    ),
    "fan_plain": ("Fill of {name} by month", "Vulling van {name} per maand"),
    "fan_subtitle": (
        "Fill rate by month over {draws}: median, half and nine tenths of all draws. The title "
        "is about the whole period.",
        "Vullingsgraad per maand over {draws}: mediaan, de helft en negen tiende van alle "
        "trekkingen. De titel gaat over de hele periode.",
    ),
    "fan_90": ("9 of 10 draws", "9 van de 10 trekkingen"),
    "fan_50": ("half of all draws", "de helft van alle trekkingen"),
    "spread_rest": ("the rest", "de overige"),
    "median": ("median", "mediaan"),
    "mean": ("mean", "gemiddelde"),
    "interval": ("95% interval of the mean", "95%-interval van het gemiddelde"),
    "mean_interval": ("mean, with its 95% interval", "gemiddelde, met 95%-interval"),
    "all_missions": ("all missions", "alle missies"),
    "draws": ("{count} draws", "{count} trekkingen"),
    "draws_axis": ("draws", "trekkingen"),
    "spread_title": (
        "“{package}” displaces {mean} ± {half} person-months of main task 2 on average, {low} to "
        "{high} in nine draws of ten",
        "‘{package}’ verdringt gemiddeld {mean} ± {half} persoonsmaanden hoofdtaak 2, {low} tot "
        "{high} in negen van de tien trekkingen",
    ),
    "spread_subtitle": (
        "Share of draws by person-months displaced, without and with the package on the same "
        "{draws}; ± is the 95% interval of the mean",
        "Deel van de trekkingen naar verdrongen persoonsmaanden, zonder en met pakket op dezelfde "
        "{draws}; ± is het 95%-interval van het gemiddelde",
    ),
    "share_of_futures": ("share of draws", "deel van de trekkingen"),
    "chance_title": (
        "More likely than not to stay below a fill of {target}: {count} of {all} missions",
        "Blijft waarschijnlijk onder een vulling van {target}: {count} van {all} missies",
    ),
    "chance_plain": ("Chance of a fill of {target}", "Kans op een vulling van {target}"),
    "chance_subtitle": (
        "Chance that a mission's fill rate is at least {target}, lowest first, over {draws}; lines "
        "are 95% intervals",
        "Kans dat de vullingsgraad van een missie minstens {target} is, laagste eerst, over "
        "{draws}; lijnen zijn 95%-intervallen",
    ),
    "chance_axis": ("chance", "kans"),
    "converge_title": (
        "After {draws} the mean of {quantity} is {mean} ± {half}",
        "Na {draws} is het gemiddelde van {quantity} {mean} ± {half}",
    ),
    "converge_title_few": (
        "After {draws} the mean of {quantity} is {mean}, its error not known",
        "Na {draws} is het gemiddelde van {quantity} {mean}, de fout ervan onbekend",
    ),
    "converge_subtitle": (
        "Mean over the draws made so far, with its 95% interval (what ± stands for)",
        "Gemiddelde over de trekkingen tot dan toe, met het 95%-interval (waar ± voor staat)",
    ),
    "quantity_fill": ("the fill rate", "de vullingsgraad"),
    "quantity_fill_of": ("the fill rate of {of}", "de vullingsgraad van {of}"),
    "quantity_present": ("the fill rate by people present", "de vullingsgraad door wie er is"),
    "quantity_present_of": (
        "the fill rate of {of} by people present",
        "de vullingsgraad van {of} door wie er is",
    ),
    "quantity_displacement": ("displacement by “{of}”", "verdringing door ‘{of}’"),
    "quantity_displacement_main_task_1": (
        "what other main task 1 loses to “{of}”",
        "wat de overige hoofdtaak 1 verliest aan ‘{of}’",
    ),
    "quantity_filled": ("what is filled for “{of}”", "wat gevuld is voor ‘{of}’"),
    "quantity_displacement_ratio": (
        "the displacement ratio of “{of}”",
        "de verdringingsgraad van ‘{of}’",
    ),
    # what drives it
    "c_certain": (
        "None of the figures is uncertain, so every draw is the same.",
        "Geen van de cijfers is onzeker, dus elke trekking is dezelfde.",
    ),
    "ranking_plain": ("What drives it", "Wat de uitkomst bepaalt"),
    "ranking_title": (
        "“{factor}” goes most with {quantity}: about {share} of its spread",
        "‘{factor}’ gaat het meest samen met {quantity}: ongeveer {share} van de spreiding",
    ),
    "ranking_title_none": (
        "{draws} are too few to tell what drives {quantity}",
        "{draws} zijn te weinig om te zien wat {quantity} bepaalt",
    ),
    "ranking_subtitle": (
        "Rank correlation of each uncertain figure with {quantity} over all draws, strongest "
        "first: to the right more of one is more of the other. Clear is what chance would hardly "
        "do to any of so many: {count} of {all}.",
        "Rangcorrelatie van elk onzeker cijfer met {quantity} over alle trekkingen, sterkste "
        "eerst: rechts is meer van het een meer van het ander. Duidelijk is wat toeval bij geen "
        "van zo veel zou doen: {count} van {all}.",
    ),
    "ranking_axis": ("rank correlation", "rangcorrelatie"),
    "ranking_clear": ("clear", "duidelijk"),
    "ranking_chance": ("may be chance", "kan toeval zijn"),
    "interval_95": ("95% interval", "95%-interval"),
    "indices_title": (
        "{group} has a part in {share} of the spread of {quantity}",
        "{group} doet mee in {share} van de spreiding van {quantity}",
    ),
    "indices_subtitle": (
        "Sobol indices of groups of uncertain figures, from {count} plans: the part of the "
        "variance that goes with a group alone, and with all it takes part in.",
        "Sobolindexen van groepen onzekere cijfers, uit {count} plannen: het deel van de variantie "
        "dat met een groep alleen samengaat, en met alles waar zij aan meedoet.",
    ),
    "indices_first": ("alone (first order)", "alleen (eerste orde)"),
    "indices_total": ("with interactions (total)", "met wisselwerking (totaal)"),
    "variance_axis": ("share of the variance", "deel van de variantie"),
    "theme_posts_in_pools": ("posts in pools", "functies in pools"),
    "theme_share_of_posts_filled": ("share of posts filled", "deel van de functies gevuld"),
    "theme_share_fit_to_go": ("share fit to go", "deel uitzendbaar"),
    "theme_strengths_over_time": ("strengths over time", "sterkte in de tijd"),
    "theme_tour_lengths": ("tour lengths", "uitzendduur"),
    "theme_preparation": ("preparation", "voorbereiding"),
    "theme_rest": ("rest", "uitzendbescherming"),
    "theme_sizes_of_demands": ("sizes of demands", "omvang van vragen"),
    "theme_decisions": ("decisions", "besluiten"),
    "theme_who_is_there": ("presence", "aanwezigheid"),
    "theme_bounds_and_money": ("bounds and money", "grenzen en geld"),
    "theme_the_rest": ("the rest", "de overige"),
    # uncertain numbers
    "factor_sizes": ("size of {of}", "omvang van {of}"),
    "factor_decided": ("whether {of} goes ahead", "of {of} doorgaat"),
    "factor_extended": ("how long {of} is extended", "hoe lang {of} verlengd wordt"),
    "factor_shifted": ("when {of} begins", "wanneer {of} begint"),
    "factor_shared": ("shared: {of}", "gedeeld: {of}"),
    "tornado_title": (
        "What moves the displacement by “{package}”, one assumption at a time",
        "Wat de verdringing door ‘{package}’ verandert, per aanname afzonderlijk",
    ),
    "tornado_subtitle": (
        "Smallest and largest displacement of main task 2 over {count} single changes; {now} for "
        "the likely values ({rule})",
        "Kleinste en grootste verdringing van hoofdtaak 2 over {count} afzonderlijke wijzigingen; "
        "{now} bij de waarschijnlijke waarden ({rule})",
    ),
    "tornado_nothing": (
        "None of {count} single changes moves it by half a person-month or more.",
        "Geen van {count} afzonderlijke wijzigingen scheelt een halve persoonsmaand of meer.",
    ),
    "tornado_less": ("less displaced", "minder verdrongen"),
    "tornado_more": ("more displaced", "meer verdrongen"),
    "tornado_rule": ("rule", "regel"),
    "tornado_window": ("months reported", "getoonde maanden"),
    "figure_kind_changeover": ("changeover, en bloc or staggered", "aflossing, ineens of gespreid"),
    "figure_demand_options": ("order of preference", "volgorde van voorkeur"),
    "figure_package_size": ("size", "omvang"),
    "figure_package_first": ("first month", "eerste maand"),
    "force_armed-forces": ("Armed forces, all pools", "Krijgsmacht, alle pools"),
    "figure_pool_posts": ("posts", "functies"),
    "figure_pool_filled_factor": (
        "deviation of the share of posts filled",
        "afwijking van het deel gevulde functies",
    ),
    "figure_pool_fit_factor": (
        "deviation of the share fit to go",
        "afwijking van het deel dat inzetbaar is",
    ),
    "figure_pool_filled": ("share of posts filled", "deel van de functies gevuld"),
    "figure_pool_fit": ("share fit to go", "deel uitzendbaar"),
    "figure_demand_cap": ("persons asked", "gevraagde personen"),
    "figure_demand_first": ("first month", "eerste maand"),
    "figure_demand_last": ("last month", "laatste maand"),
    "before_after_title": (
        "The record speaks of {some} of {all} parameters",
        "De waarnemingen zeggen iets over {some} van de {all} parameters",
    ),
    "before_after_none": ("It says nothing of any.", "Ze zeggen niets over enige parameter."),
    "before_after_subtitle": (
        "Nine draws in ten before and after {seen} observations up to {until}; the sample is worth "
        "{effective} independent draws.",
        "Negen van de tien trekkingen voor en na {seen} waarnemingen tot en met {until}; de "
        "steekproef is {effective} onafhankelijke trekkingen waard.",
    ),
    "before": ("before", "ervoor"),
    "after": ("after", "erna"),
    "before_low": ("low before", "laag ervoor"),
    "before_high": ("high before", "hoog ervoor"),
    "counts": ("counts", "tellingen"),
    "counted": ("counted", "geteld"),
    "pit_axis": (
        "place of the count in its forecast",
        "plaats van de telling in haar voorspelling",
    ),
    "pit_band": ("band where forecasts are right", "band als voorspellingen kloppen"),
    "pit_title": (
        "Places of counts in their forecasts stay inside the band",
        "Plaatsen van tellingen in hun voorspellingen blijven binnen de band",
    ),
    "pit_title_out": (
        "Places of counts in their forecasts leave the band in {bins} of five parts",
        "Plaatsen van tellingen in hun voorspellingen verlaten de band in {bins} van vijf delen",
    ),
    "pit_subtitle": (
        "{counts} counts after {until}, forecast with what was known then.",
        "{counts} tellingen na {until}, voorspeld met wat toen bekend was.",
    ),
    "half_inside": ("half of the draws", "helft van de trekkingen"),
    "most_inside": ("nine draws in ten", "negen van de tien trekkingen"),
    "forecasts_axis": ("share of the ceiling", "deel van het plafond"),
    "forecasts_title": (
        "{inside} of {all} later counts lie where nine draws in ten do",
        "{inside} van de {all} latere tellingen liggen waar negen van de tien trekkingen liggen",
    ),
    "forecasts_subtitle": (
        "Forecasts with what was known in {until}, given the months and ceilings decided later.",
        "Voorspellingen met wat bekend was in {until}, gegeven de maanden en plafonds van later.",
    ),
    "figure_kind_tour": ("length of a tour", "duur van een uitzending"),
    "figure_kind_preparation": ("preparation", "voorbereiding"),
    "figure_kind_dwell": ("months at home between tours", "maanden thuis tussen uitzendingen"),
    "figure_kind_rest": ("rest after a tour", "rust na een uitzending"),
    "figure_kind_acceptance": ("chance that a nominee is taken", "kans op aanvaarding"),
    "figure_kind_lead": ("months to the next nominee", "maanden tot de volgende kandidaat"),
    "figure_kind_early_return": ("early return", "voortijdige terugkeer"),
    "figure_demand_manned": ("share of its ceiling used", "benut deel van het plafond"),
    "figure_package_known": ("month in which it is known", "maand waarin het bekend wordt"),
    "figure_bound_min": ("least persons", "minste personen"),
    "figure_bound_max": ("most persons", "meeste personen"),
}
"""Every word that only figures use, English and Dutch."""


say = speaker(WORDS)
"""Return a title, caption or word in a language; see :func:`planner.labels.speaker`."""


def said_of(key: str, lang: str, **values: object) -> str:
    """Return a text as :func:`say` does, empty where none exists of that key."""
    return say(key, lang, **values) if key in WORDS else ""
