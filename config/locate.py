"""The line on which each key of a TOML document stands; the standard library's parser keeps none.

It walks a text that `tomllib` has accepted already, so it only needs to know where a thing ends, not whether it
is right.
"""

import re
import tomllib
from bisect import bisect_left

Path = tuple[str | int, ...]
"""Keys and indices from the document's root: ("windows", "sizes", 0, "hop")."""

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)+")
_KEY_PART = re.compile(r"""[ \t]*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*""")
_BARE_KEY = re.compile("[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}'''  # up to two quotes may stand before the closing three
    r"""|'''.*?'{3,5}"""
    r'''|"(?:[^"\\\n]|\\.)*"'''
    r"""|'[^'\n]*'""",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.offsets: dict[Path, int] = {}
        self.tables_in: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        self.blank()
        while self.position < len(self.text):
            if self.text[self.position] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.blank()

    def blank(self) -> None:
        if match := _BLANK.match(self.text, self.position):
            self.position = match.end()

    def skip(self, character: str) -> bool:
        found = self.text.startswith(character, self.position)
        self.position += len(character) * found
        return found

    def header(self) -> Path:
        start = self.position
        is_array = self.skip("[[") or not self.skip("[")
        *parents, last = self.key()
        self.skip("]]" if is_array else "]")
        path: Path = ()
        for part in parents:
            path = self.enter((*path, part), start)
        path = (*path, last)
        if not is_array:
            return self.enter(path, start)
        self.offsets.setdefault(path, start)
        index = self.tables_in[path] = self.tables_in.get(path, -1) + 1
        self.offsets[*path, index] = start
        return (*path, index)

    def enter(self, path: Path, start: int) -> Path:
        """The table at `path`; of an array of tables its newest."""
        self.offsets.setdefault(path, start)
        return (*path, self.tables_in[path]) if path in self.tables_in else path

    def key(self) -> list[str]:
        parts = []
        while match := _KEY_PART.match(self.text, self.position):
            self.position = match.end()
            parts.append(_unquoted(match[1]))
            if not self.skip("."):
                break
        return parts

    def pair(self, table: Path) -> None:
        start = self.position
        path = table
        for part in self.key():
            path = (*path, part)
            self.offsets.setdefault(path, start)
        self.skip("=")
        self.blank()
        self.value(path)

    def value(self, path: Path) -> None:
        if self.skip("["):
            self.array(path)
        elif self.skip("{"):
            self.inline_table(path)
        elif match := _STRING.match(self.text, self.position) or _SCALAR.match(self.text, self.position):
            self.position = match.end()

    def array(self, path: Path) -> None:
        index = 0
        self.blank()
        while not self.skip("]"):
            self.offsets[*path, index] = self.position
            self.value((*path, index))
            self.blank()
            self.skip(",")
            self.blank()
            index += 1

    def inline_table(self, path: Path) -> None:
        self.blank()
        while not self.skip("}"):
            self.pair(path)
            self.blank()
            self.skip(",")
            self.blank()


def _unquoted(key: str) -> str:
    if key.startswith("'"):
        return key[1:-1]
    return next(iter(tomllib.loads(f"{key}=0"))) if key.startswith('"') else key


def lines_of_keys(text: str) -> dict[Path, int]:
    """The line, counted from 1, of every key, table and array element of a text that `tomllib.loads` accepts."""
    scanner = _Scanner(text)
    scanner.document()
    ends = [match.start() for match in re.finditer("\n", text)]
    return {path: bisect_left(ends, offset) + 1 for path, offset in scanner.offsets.items()}


def nearest_line(lines: dict[Path, int], path: Path) -> int | None:
    """The line of `path`, or of the nearest table around it that is written down."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def written(path: Path) -> str:
    """The path as people write it: windows.sizes[0].hop, with quotes around a key that needs them."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _BARE_KEY.fullmatch(part) else repr(part))
    return text
