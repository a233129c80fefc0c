"""Dutch for errors and help, where ``--lang nl`` stands on the command line.

Errors are made in many parts, and in English. Here their frames (line, column, sheet) and the
phrases that they are made of are put into Dutch when they are printed; a phrase that is not known
stays as it is, and so does what users wrote. Of help, headings, the list of commands and the
options that commands share are in Dutch; the description of a command stays English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.errors import Fault

__all__ = ["HELP", "PROGRAM", "choose", "chosen", "fault", "help_of", "message", "short"]

_chosen: ContextVar[bool] = ContextVar("dutch", default=False)


def choose(arguments: Sequence[str]) -> None:
    """Note whether Dutch is asked for on a command line."""
    _chosen.set("--lang=nl" in arguments or ("--lang", "nl") in pairwise(arguments))


def chosen() -> bool:
    """Whether Dutch is asked for."""
    return _chosen.get()


def fault(found: Fault) -> str:
    """Return a fault with its place in the file in Dutch.

    Examples
    --------
    >>> from planner.errors import Fault
    >>> fault(Fault("a.yaml", 3, 5, "cap", "expected a number of at least 0, found -2"))
    'a.yaml: regel 3, kolom 5: cap: verwacht een getal van minstens 0, gevonden -2'
    """
    text = str(found)
    place = re.match(r"(?s)(.*?):(\d+)(?::(\d+))?: ", text) if found.line else None
    if found.sheet:
        head, _, rest = text.partition(f": {found.message}")
        for english, dutch in ((": sheet ", ": blad "), (", row ", ", rij "),
                               (", column ", ", kolom ")):  # fmt: skip
            head = head.replace(english, dutch)
        return f"{head}: {message(found.message)}{rest}"
    if place is None:
        return message(text)
    where = f"regel {place[2]}" + (f", kolom {place[3]}" if place[3] else "")
    field = f"{found.field}: " if found.field else ""
    return f"{place[1]}: {where}: {field}{message(found.message)}"


_KINDS = {
    "demand": "vraag", "mission": "missie", "pool": "pool", "package": "pakket", "kind": "soort",
    "column": "kolom", "source": "bron", "scenario": "scenario", "month": "maand",
    "figure": "figuur", "analysis": "analyse", "table": "tabel",
}  # fmt: skip

_PHRASES: tuple[tuple[str, str], ...] = (
    (r"no such scenario file", "dit scenariobestand bestaat niet"),
    (r"no such scenario", "geen scenario met de naam"),
    (r"no such (?:data )?folder", "deze map bestaat niet"),
    (r"no such (?:file or directory|file)", "dit bestand bestaat niet"),
    (r"No such option:? (\S+)", r"geen optie \1"),
    (r"No such command", "geen opdracht"),
    (r"Missing argument", "er ontbreekt een argument:"),
    (r"Missing option", "er ontbreekt een optie:"),
    (r"Invalid value for", "ongeldige waarde voor"),
    (r"is not one of", "is niet een van"),
    (r"is not in the range", "ligt niet binnen"),
    (r"is not a valid (?:integer|int)\b", "is geen geheel getal"),
    (r"is not a valid float", "is geen getal"),
    (r"Option (\S+) requires an argument", r"optie \1 vraagt een waarde"),
    (r"Got unexpected extra arguments?", "er staat te veel:"),
    (r"Possible options", "mogelijke opties"),
    (r"Did you mean (.+?)\?", r"Bedoelde u \1?"),
    (r"did you mean (.+?)\?", r"bedoelde u \1?"),
    (r"; shipped are ", "; meegeleverd zijn "),
    (r"not known here", "hier niet bekend"),
    (r"; known are ", "; bekend zijn "),
    (r"unknown (" + "|".join(_KINDS) + r")\b", ""),
    (r"A new demand needs (.+?) as well", r"Een nieuwe vraag heeft ook \1 nodig"),
    (r"expected a number of at least", "verwacht een getal van minstens"),
    (r"expected a whole number", "verwacht een geheel getal"),
    (r"expected a finite number", "verwacht een eindig getal"),
    (r"expected a number", "verwacht een getal"),
    (r"expected a share between", "verwacht een deel tussen"),
    (r"expected a month such as", "verwacht een maand zoals"),
    (r"expected a file ending in", "verwacht een bestand dat eindigt op"),
    (r"expected a kind or a demand", "verwacht een soort of een vraag"),
    (r"expected a file", "verwacht een bestand"),
    (r"expected (?:exactly )?one of", "verwacht een van"),
    (r"expected some of", "verwacht enkele van"),
    (r"expected yes or no", "verwacht ja of nee"),
    (r"expected at least", "verwacht minstens"),
    (r"expected at most", "verwacht hoogstens"),
    (r"expected text", "verwacht tekst"),
    (r"expected an id", "verwacht een id"),
    (r"(?<!un)expected", "verwacht"),
    (r", found ", ", gevonden "),
    (r"cannot be written", "kan niet worden geschreven"),
    (r"cannot be read", "kan niet worden gelezen"),
    (r"cannot write", "schrijven lukt niet"),
    (r"unexpected error", "onverwachte fout"),
    (r"this is a fault of the program; (\S+) shows where it arose",
     r"dit is een fout van het programma; \1 toont waar zij ontstond"),
    (r"out of memory: the problem is too large for this machine",
     "te weinig geheugen: het probleem is te groot voor deze machine"),
    (r"('[^']* --help') shows what it takes", r"\1 toont wat kan"),
    (r"planner: interrupted$", "planner: onderbroken"),
    (r"planner: and ([\d,]+) more$", r"planner: en nog \1"),
)  # fmt: skip
"""Phrases of messages, longer ones first."""

_QUOTED = re.compile(r"('(?:[^'\\]|\\.)*')")
"""What a user wrote; it stays as it is, but for the command that shows help."""


def message(text: str) -> str:
    """Return a message with the phrases that are known in Dutch.

    Examples
    --------
    >>> message("unknown demand 'untsoo', did you mean 'untso'?")
    "onbekende vraag 'untsoo', bedoelde u 'untso'?"
    >>> message("no such scenario 'expected'")
    "geen scenario met de naam 'expected'"
    """
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        if " --help" in found[0]:
            return found[0]
        kept.append(found[0])
        return f"\x00{len(kept) - 1}\x00"

    text = _QUOTED.sub(keep, text)
    for english, dutch in _PHRASES:
        text = re.sub(english, dutch or _unknown, text)
    return re.sub("\x00(\\d+)\x00", lambda found: kept[int(found[1])], text)


def _unknown(found: re.Match[str]) -> str:
    return f"onbekende {_KINDS[found[1]]}"


HELP: dict[str, str] = {
    "Plan": "Plannen",
    "Show it to others": "Aan anderen laten zien",
    "Look and check": "Bekijken en controleren",
    "Who caused it, and who bears it?": "Wie veroorzaakt het, en wie draagt het?",
    "From what size on, and at what price?": "Vanaf welke omvang, en tegen welke prijs?",
    "What would help, and what would change it?": "Wat zou helpen, en wat zou het veranderen?",
    "Is it an accident?": "Is het toeval?",
    "What can be promised?": "Wat kan worden toegezegd?",
    "Allocate people and say who goes short.": "Mensen verdelen en zeggen wie tekortkomt.",
    "Make many draws and say how sure that is.":
        "Veel trekkingen maken en zeggen hoe zeker het is.",
    "Which uncertain figures drive it.": "Welke onzekere cijfers de uitkomst bepalen.",
    "Put results side by side.": "Resultaten naast elkaar zetten.",
    "Solve a neutral problem.": "Een neutraal probleem oplossen.",
    "Write all about a scenario into one HTML file.":
        "Alles over een scenario in één HTML-bestand schrijven.",
    "Draw one figure as PNG, SVG or PDF.": "Eén figuur tekenen als PNG, SVG of PDF.",
    "Open the what-if page in a browser.": "De wat-als-pagina in een browser openen.",
    "Show a resolved scenario, or a part of it.": "Een scenario tonen, of een deel ervan.",
    "List inputs that differ.": "Invoer tonen die verschilt.",
    "Check files, report everything wrong.": "Bestanden controleren, alle fouten melden.",
    "Write a workbook, or the problem for other programs.":
        "Een werkmap schrijven, of het probleem voor andere programma's.",
    "Make a scenario of a workbook.": "Van een werkmap een scenario maken.",
    "Make observations of the United Nations' series of uniformed personnel.":
        "Waarnemingen maken van de reeks van de VN over geüniformeerd personeel.",
    "Print the JSON Schema of a format.": "Het JSON-schema van een formaat tonen.",
    "List the scenarios that come along.": "De meegeleverde scenario's tonen.",
    "Language of the output, errors and help.": "Taal van uitvoer, fouten en hulp.",
    "Strict JSON on standard output.": "Strikte JSON op standaarduitvoer.",
    "No progress, no summary.": "Geen voortgang, geen samenvatting.",
    "Replace what an earlier command wrote.": "Vervangen wat een eerdere opdracht schreef.",
    "fair: the worst-off gets as much as can be; value: most weighted person-months. By default "
    "what the scenario says.":
        "fair: wie het slechtst af is krijgt zo veel mogelijk; value: de meeste gewogen "
        "persoonsmaanden. Standaard wat het scenario zegt.",
    "A scenario file, the name of one that comes with the program, a neutral problem (JSON), or -.":
        "Een scenariobestand, de naam van een meegeleverd scenario, een neutraal probleem (JSON), "
        "of -.",
    "A scenario file, the name of one that comes with the program, or -.":
        "Een scenariobestand, de naam van een meegeleverd scenario, of -.",
    "Most sentences and rows to show; 0 shows all.":
        "Hoogste aantal zinnen en regels; 0 toont alles.",
    "Folder for the answer, all its tables (Parquet and CSV) and a manifest.":
        "Map voor het antwoord, alle tabellen (Parquet en CSV) en een manifest.",
    "Folder for all tables (Parquet and CSV), the problem and a manifest of what went in.":
        "Map voor alle tabellen (Parquet en CSV), het probleem en een manifest van wat erin ging.",
    "Folder for draws, tables and manifest. An interrupted run is resumed in it.":
        "Map voor trekkingen, tabellen en manifest. Een onderbroken berekening gaat daar verder.",
    "Whole people and all-or-nothing units (slow).":
        "Hele mensen en eenheden die geheel of niet gaan (langzaam).",
    "Where the draws begin.": "Waar de trekkingen beginnen.",
    "Processes; by default one a processor, and one in all for few draws.":
        "Processen; standaard één per processor, en één in totaal bij weinig trekkingen.",
    "By default the only one.": "Standaard het enige.",
    "Only this package.": "Alleen dit pakket.",
    "Draws; the maximum, with a stop rule.": "Trekkingen; het maximum, bij een stopregel.",
    "Begin no more draws after this time.": "Na deze tijd geen trekkingen meer beginnen.",
    "highs: fast; pulp: the same programme stated with PuLP, slow.":
        "highs: snel; pulp: hetzelfde programma in PuLP, langzaam.",
    "A scenario (file or name) or a folder of results, and what to set beside it.":
        "Een scenario (bestand of naam) of een map met resultaten, en wat ernaast komt te staan.",
    "Draws to make for how sure it is; 0 draws none, more is surer.":
        "Trekkingen voor de vraag hoe zeker het is; 0 maakt er geen, meer is zekerder.",
    "Follow displacement as packages grow.": "De verdringing volgen als pakketten groeien.",
    "HTML file to write; by default NAME-report.html.":
        "HTML-bestand; standaard NAAM-report.html.",
    "Result folders (planner run --out), scenario files or names.":
        "Mappen met resultaten (planner run --out), scenariobestanden of namen.",
    "Infer parameters from people seen.": "Parameters afleiden uit getelde mensen.",
    "Score forecasts against later observations.":
        "Voorspellingen toetsen aan latere tellingen.",
    "What knowing one parameter is worth.": "Wat het kennen van één parameter waard is.",
    "Show the version.": "De versie tonen.",
    "Show this message and exit.": "Deze hulp tonen en stoppen.",
}  # fmt: skip
"""Lines of help, in Dutch by what they say in English."""

PROGRAM = """Welke missies tekortkomen als een land meer toezegt voor de oostflank van de NAVO.

Een scenario is een YAML-bestand, of de naam van een meegeleverd scenario (planner scenarios).

\b
Om te beginnen:
  planner run eastern-flank-battalion --lang nl
  planner compare letter eastern-flank-battalion --lang nl
  planner simulate eastern-flank-battalion --lang nl
  planner report eastern-flank-battalion --lang nl
  planner show letter --mission untso --lang nl
  planner app

Exitcodes: 0 goed, 1 er is iets mislukt, 2 de invoer is fout, 130 onderbroken, 141 wie de uitvoer
las is gestopt met lezen.
"""
"""Help of the program."""

_HEADINGS: tuple[tuple[str, str], ...] = (
    (r"(?m)^Usage: ", "Gebruik: "), (r"(?m)^Options:", "Opties:"),
    (r"(?m)^Arguments:", "Argumenten:"), (r"(?m)^  Examples:", "  Voorbeelden:"),
    (r"\[default: ", "[standaard: "), (r"\[required\]", "[verplicht]"),
    (r"; required\]", "; verplicht]"), (r"\[OPTIONS\]", "[OPTIES]"),
    (r"COMMAND \[ARGS\]\.\.\.", "OPDRACHT [ARGUMENTEN]..."),
)  # fmt: skip


def short(text: str) -> str:
    """Return a line of help in Dutch where one is known, else as it is."""
    return HELP.get(text, text)


def help_of(command: Any, context: Any, made: Callable[[Any], str] | None = None) -> str:
    """Return the help of a command with headings and options in Dutch.

    Parameters
    ----------
    command : click command
        Its own texts are put into Dutch.
    context : click context
    made : callable, optional
        Gives its help in English; by default that of its class.
    """
    for parameter in command.get_params(context):
        if getattr(parameter, "help", None):
            parameter.help = short(parameter.help)
    text = made(context) if made is not None else str(type(command).get_help(command, context))
    text = text.replace("Show this message and exit.", HELP["Show this message and exit."])
    for english, dutch in _HEADINGS:
        text = re.sub(english, dutch, text)
    return text
