import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.texts.plain import ascii_only, clipped, own_words, plain


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Parkir Alun-Alun", "Parkir Alun-Alun"),
        ("aq_07", "aq_07"),
        ("PM2.5 no. 3", "PM2.5 no. 3"),
        ("line\nbreak\r\n\ttab", "line break tab"),
        ("\x1b[31mred\x07", "(31mred"),
        ("<b>bold</b>", "(b)bold(/b)"),
        ("<script>alert(1)</script>", "(script)alert(1)(/script)"),
        ("**bold** _leaning_ ~gone~ `code`", "bold leaning gone 'code'"),
        ("[click](https://evil.example/x)", "(click)(https: evil. example/x)"),
        ("www.evil.example", "www. evil. example"),
        ("<!here> <@U123> <#C1|x>", "(!here) ((at)U123) (#C1 x)"),
        ("@everyone @here", "(at)everyone (at)here"),
        ("{{ 7 * 7 }} {% include 'x' %}", "(( 7 7 )) (% include 'x' %)"),
        ("# heading", "heading"),
        ("> quote", ") quote"),
        ("/start", "start"),
        ("pintu\u202eria\u200b air", "pintu ria air"),
        ("\uff20here \uff1cb\uff1e", "(at)here (b)"),
        ("\\n", "n"),
        ("", ""),
    ],
)
def test_a_name_from_outside_is_one_line_without_markup(name: str, text: str) -> None:
    assert plain(name, 80) == text


@given(st.text(max_size=300))
def test_whatever_a_device_is_called_nothing_of_it_is_markup(name: str) -> None:
    text = plain(name, 40)
    assert len(text) <= 40
    assert not re.search(r"[<>{}\[\]`*~|\\@]|://|\w\.[^\W\d_]", text)
    assert {unicodedata.category(letter)[0] for letter in text.replace(" ", "")} <= set("LMNPS")


@given(st.text(max_size=300))
def test_a_name_that_is_plain_stays_as_it_is(name: str) -> None:
    once = plain(name, 4_000)
    assert plain(once, 4_000) == once


def test_a_name_of_a_megabyte_costs_no_more_than_its_beginning() -> None:
    assert plain("a" * 1_000_000, 10) == "aaaaaaaaa…"


def test_words_of_the_city_keep_their_punctuation_and_are_one_line() -> None:
    assert own_words("Hubungi 112,\nlihat https://bojonegorokab.go.id", 80) == (
        "Hubungi 112, lihat https://bojonegorokab.go.id"
    )


def test_what_is_too_long_ends_with_dots() -> None:
    assert [clipped("Bojonegoro", most) for most in (10, 9, 5)] == ["Bojonegoro", "Bojonego…", "Bojo…"]


def test_an_sms_has_letters_of_its_own_alphabet_alone() -> None:
    assert ascii_only("PM2.5 41,2 µg/m³ \u2013 Café…") == "PM2.5 41,2 ug/m3 - Cafe..."
