"""Dutch errors and help, for ``--lang nl`` on the command line.

Errors are raised in English. Their positions (line, column, sheet) and phrases are translated when
they are printed; unknown phrases and quoted input are not changed. The help of commands, options
and analyses is translated by the catalogue, paragraph by paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextvars import ContextVar
from copy import copy
from inspect import cleandoc
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from planner.labels import translated

if TYPE_CHECKING:
    from planner.errors import Fault

__all__ = [
    "description",
    "detect_language",
    "is_dutch",
    "translate_command",
    "translate_fault",
    "translate_headings",
    "translate_help",
    "translate_message",
]

_is_dutch: ContextVar[bool] = ContextVar("dutch", default=False)


def detect_language(arguments: Sequence[str]) -> None:
    """Set the language from the arguments of a command line."""
    _is_dutch.set("--lang=nl" in arguments or ("--lang", "nl") in pairwise(arguments))


def is_dutch() -> bool:
    """Whether the language is Dutch."""
    return _is_dutch.get()


def translate_fault(fault: Fault) -> str:
    """Return a fault with its position in Dutch.

    Examples
    --------
    >>> from planner.errors import Fault
    >>> translate_fault(Fault("a.yaml", 3, 5, "cap", "expected a number of at least 0, found -2"))
    'a.yaml: regel 3, kolom 5: cap: verwacht een getal van minstens 0, gevonden -2'
    """
    text = str(fault)
    match = re.match(r"(?s)(.*?):(\d+)(?::(\d+))?: ", text) if fault.line else None
    if fault.sheet:
        head, _, rest = text.partition(f": {fault.message}")
        for english, dutch in ((": sheet ", ": blad "), (", row ", ", rij "),
                               (", column ", ", kolom ")):  # fmt: skip
            head = head.replace(english, dutch)
        return f"{head}: {translate_message(fault.message)}{rest}"
    if match is None:
        return translate_message(text)
    where = f"regel {match[2]}" + (f", kolom {match[3]}" if match[3] else "")
    field = f"{fault.field}: " if fault.field else ""
    return f"{match[1]}: {where}: {field}{translate_message(fault.message)}"


_KINDS = {
    "demand": "vraag", "mission": "missie", "pool": "pool", "package": "pakket", "kind": "soort",
    "column": "kolom", "source": "bron", "scenario": "scenario", "month": "maand",
    "figure": "figuur", "analysis": "analyse", "table": "tabel",
}  # fmt: skip

_PHRASES: tuple[tuple[str, str], ...] = (
    (r"no such scenario file", "dit scenariobestand bestaat niet"),
    (r"no such scenario", "geen scenario met de naam"),
    (r"no such (?:data )?folder", "deze map bestaat niet"),
    (r"[Nn]o such file or directory", "dit bestand of deze map bestaat niet"),
    (r"no such file", "dit bestand bestaat niet"),
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
    (r"Got unexpected extra argument(?:\(s\)|s)?", "er staat te veel:"),
    (r"Input should be greater than or equal to", "verwacht minstens"),
    (r"Input should be less than or equal to", "verwacht hoogstens"),
    (r"Input should be a valid integer\b.*", "verwacht een geheel getal"),
    (r"Input should be a valid number\b.*", "verwacht een getal"),
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
    (r"expected a mission or demand", "verwacht een missie of een vraag"),
    (r"expected a scenario with packages, found none in ",
     "verwacht een scenario met pakketten, gevonden geen in "),
    (r"expected at least two results or scenarios, found one",
     "verwacht minstens twee resultaten of scenario's, gevonden één"),
    (r"expected one that (.+?) wrote", r"verwacht een map die \1 schreef"),
    (r"nothing to write: name a file with (.+) or (--\S+)",
     r"er is niets te schrijven: noem een bestand met \1 of \2"),
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


def translate_message(text: str) -> str:
    """Return a message with its known phrases in Dutch.

    Examples
    --------
    >>> translate_message("unknown demand 'untsoo', did you mean 'untso'?")
    "onbekende vraag 'untsoo', bedoelde u 'untso'?"
    >>> translate_message("no such scenario 'expected'")
    "geen scenario met de naam 'expected'"
    """
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        if " --help" in match[0]:
            return match[0]
        kept.append(match[0])
        return f"\x00{len(kept) - 1}\x00"

    text = _QUOTED.sub(keep, text)
    for english, dutch in _PHRASES:
        text = re.sub(english, dutch or _translate_unknown, text)
    return re.sub("\x00(\\d+)\x00", lambda match: kept[int(match[1])], text)


def _translate_unknown(match: re.Match[str]) -> str:
    return f"onbekende {_KINDS[match[1]]}"


_HEADINGS: tuple[tuple[str, str], ...] = (
    (r"(?m)^Usage: ", "Gebruik: "), (r"(?m)^Options:", "Opties:"),
    (r"(?m)^Arguments:", "Argumenten:"), (r"(?m)^  Examples:", "  Voorbeelden:"),
    (r"\[default:(?=\s)", "[standaard:"), (r"\[required\]", "[verplicht]"),
    (r"; required\]", "; verplicht]"), (r"\[OPTIONS\]", "[OPTIES]"),
    (r"COMMAND \[ARGS\]\.\.\.", "OPDRACHT [ARGUMENTEN]..."),
)  # fmt: skip


def translate_help(text: str) -> str:
    """Return a paragraph of help in Dutch where the catalogue has it, else unchanged.

    Lines of a paragraph are joined, unless it begins with the mark of text that is not wrapped.

    Examples
    --------
    >>> translate_help("List the figures.")
    'De figuren tonen.'
    """
    mark = "\b\n" if text.startswith("\b\n") else ""
    paragraph = text.removeprefix(mark) if mark else " ".join(text.split())
    return mark + translated(paragraph, "nl")


def description(text: str) -> str:
    """Return help of several paragraphs in Dutch."""
    return "\n\n".join(map(translate_help, cleandoc(text).split("\n\n")))


def translate_command(command: Any) -> Any:
    """Return a copy of a command with its help and that of its options in Dutch."""
    result = copy(command)
    result.params = [copy(param) for param in command.params]
    for param in result.params:
        if getattr(param, "help", None):
            param.help = translate_help(param.help)
    text, marks, examples = (command.help or "").partition("\n\n\b")
    result.help = description(text) + marks + examples
    result.get_help = lambda context: translate_headings(type(command).get_help(result, context))
    return result


def translate_headings(text: str) -> str:
    """Return help with its headings in Dutch."""
    text = text.replace(
        "Show this message and exit.", translate_help("Show this message and exit.")
    )
    for english, dutch in _HEADINGS:
        text = re.sub(english, dutch, text)
    return text
