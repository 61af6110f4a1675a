"""The oracle is the standard library's parser: the same keys must be found, each on a line that holds it."""

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.locate import lines_of_keys, nearest_line, written

TRICKY = '''\
# comment with = and [brackets]
title = "a # no comment"   # a comment
"quoted key" = 1
'literal "key"' = 2
"esc\\u0061ped" = 3
a.b . c = 4
a.b.d = """
[not.a.table]
x = 5
""" # after
literal = \'\'\'
[nor.this]
ends with quotes\'\'\'\'\'
five = """ends with quotes"""""
empty = ""
empties = [ "", \'\', """""", \'\'\'\'\'\' ]
backslashes = "\\"[x]\\" \\\\"
date = 1979-05-27 07:32:00
list = [
  1, # one
  # nothing

  [ 2, 3 ],
  { x = 1, y.z = [ { deep = true } ] },
]
inline = { p = "}", q = \']\', r = { s = 1 } }
[table] # comment
key = -1e3
[ table . "sub table" ]
key = inf
[[things]]
name = "one"
[[things.parts]]
n = 1
[[things.parts]]
n = 2
[things.parts.deeper]
m = 3
[[things]]
name = "two"
[things.info]
k = 1
[[things.parts]]
n = 3
[x.y.z]
w = 0
[x]
v = 1'''


def paths_of(value, path=()):
    """Every key and index of a parsed document."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*path, key)
        yield from paths_of(inner, (*path, key))


def test_every_key_of_a_tricky_document_is_found():
    assert set(lines_of_keys(TRICKY)) == set(paths_of(tomllib.loads(TRICKY)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("quoted key",), '"quoted key" = 1'),
        (("escaped",), '"esc'),
        (("a", "b", "d"), 'a.b.d = """'),
        (("five",), "five = "),
        (("date",), "date = "),
        (("list", 0), "  1, # one"),
        (("list", 1, 1), "  [ 2, 3 ],"),
        (("list", 2, "y", "z", 0, "deep"), "  { x = 1"),
        (("inline", "r", "s"), "inline = "),
        (("table", "sub table", "key"), "key = inf"),
        (("things", 0, "parts", 1, "n"), "n = 2"),
        (("things", 0, "parts", 1, "deeper"), "[things.parts.deeper]"),
        (("things", 1), "[[things]]"),
        (("things", 1, "parts", 0, "n"), "n = 3"),
        (("x", "y", "z", "w"), "w = 0"),
        (("x", "v"), "v = 1"),
    ],
)
def test_a_key_stands_on_its_line(path, text):
    assert TRICKY.split("\n")[lines_of_keys(TRICKY)[path] - 1].startswith(text)


def test_the_second_of_two_tables_of_an_array_is_told_from_the_first():
    assert lines_of_keys("[[a]]\nb=1\n\n[[a]]\nb=2\n") == {
        ("a",): 1,
        ("a", 0): 1,
        ("a", 0, "b"): 2,
        ("a", 1): 4,
        ("a", 1, "b"): 5,
    }


def test_an_empty_document_has_no_lines():
    assert lines_of_keys("") == {}
    assert lines_of_keys("# nothing\n\n") == {}


def test_a_key_that_is_absent_is_placed_at_the_table_around_it():
    lines = lines_of_keys("\n[a]\nb = 1\n")
    assert nearest_line(lines, ("a", "missing", 3)) == 2
    assert nearest_line(lines, ("elsewhere",)) is None


def test_a_path_is_written_as_in_the_file():
    assert written(("windows", "sizes", 0, "hop")) == "windows.sizes[0].hop"
    assert written(("kinds", "two words")) == "kinds.'two words'"
    assert written(("a\x1b[31m",)) == r"'a\x1b[31m'"


scalars = st.one_of(
    st.integers(-(2**40), 2**40),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(min_value=date(1, 1, 1)),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8),
)
keys = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=4)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def inline(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{quoted(key)} = {inline(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[\n" + "".join(f"  {inline(inner)}, # ]\n" for inner in value) + "]"
    if isinstance(value, str):
        return quoted(value)
    return str(value).lower()


@given(st.dictionaries(keys, values, max_size=4), st.lists(st.dictionaries(keys, values, max_size=3), max_size=3))
def test_every_key_of_any_document_is_found(top, tables):
    lines = [f"{quoted(key)} = {inline(value)}" for key, value in top.items() if key != "tables"]
    for table in tables:
        lines += ["[[tables]]", *(f"{quoted(key)} = {inline(value)}" for key, value in table.items())]
    text = "\n".join(lines)
    assert set(lines_of_keys(text)) == set(paths_of(tomllib.loads(text)))
