"""Text that is safe to show: control characters made visible, one line each."""

from __future__ import annotations

import re

__all__ = ["Interrupted", "clean"]

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters, what changes the direction of text, what cannot be seen, half characters."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": " "}


def clean(text: object) -> str:
    """Return text on one line in which nothing can command a terminal.

    Examples
    --------
    >>> clean("red \\x1b[31m")
    'red \\\\x1b[31m'
    """
    return _UNSAFE.sub(_visible, str(text))


def _visible(found: re.Match[str]) -> str:
    one = found[0]
    if one in _SHORT:
        return _SHORT[one]
    return f"\\x{ord(one):02x}" if ord(one) < 256 else f"\\u{ord(one):04x}"


class Interrupted(BaseException):
    """An interrupt with a message; of KeyboardInterrupt Typer would keep the exit code only."""
