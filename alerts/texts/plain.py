"""The one place where words that came from outside become such as any channel may carry.

A device's name may come with its topic, from whoever may publish: it must not become a link, a mention of everybody,
bold letters, a further line, or a piece of a template, whatever the channel makes of its text.
"""

import re
import unicodedata

_MARKUP = str.maketrans(
    dict.fromkeys("<{[", "(") | dict.fromkeys(">}]", ")") | dict.fromkeys("*~|\\", " ") | {"`": "'", "@": "(at)"}
)
_LINK = re.compile(r":/+")
_HOST = re.compile(r"(?<=\w)\.(?=[^\W\d_])")
"""The point in "example.org" and not in "PM2.5": messengers make a link of the former, also without http."""
_EMPHASIS = re.compile(r"(?<!\w)_+|_+(?!\w)")


def plain(text: str, most: int) -> str:
    """One line of at most so many characters, without anything that a channel could take for markup."""
    text = _one_line(unicodedata.normalize("NFKC", text[: 8 * most]))
    text = _EMPHASIS.sub(" ", text.translate(_MARKUP))
    text = _HOST.sub(". ", _LINK.sub(": ", text))
    return clipped(_one_line(text).lstrip("#/ "), most)


def own_words(text: str, most: int) -> str:
    """A text that the city itself wrote: one line of at most so many characters."""
    return clipped(_one_line(text), most)


def clipped(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _one_line(text: str) -> str:
    """Without what controls a terminal, turns the direction of writing, or has no width."""
    seen = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    return " ".join(seen.split())


_ASCII = str.maketrans({"µ": "u", "\u2013": "-", "\u2014": "-"})


def ascii_only(text: str) -> str:
    """For messages of which a character beyond it makes two: an SMS holds 160 of these and 70 of others."""
    text = unicodedata.normalize("NFKD", text.translate(_ASCII))
    return text.encode("ascii", "ignore").decode()
