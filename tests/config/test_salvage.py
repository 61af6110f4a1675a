from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from config.checks.city import check_ids
from config.checks.sources import check_sources
from config.checks.windows import check_windows
from config.salvage import salvage
from config.settings import Settings

HERE = {"folder": "."}


def test_a_right_document_is_taken_as_it_is():
    found = salvage({"city": {"id": "kota"}}, HERE)
    assert (found.settings.city.id, found.wrong, found.removed) == ("kota", [], set())
    assert found.original(("zones", 3)) == ("zones", 3)


def test_the_document_itself_stays_as_it_was():
    document = {"zones": [{"name": "no id"}], "city": {"idd": 1}}
    salvage(document, HERE)
    assert document == {"zones": [{"name": "no id"}], "city": {"idd": 1}}


def test_only_what_is_wrong_is_set_aside():
    zones = [{"id": "a", "latitude": 95, "name": "A"}, {"name": "B"}, {"id": "c", "what": 1}, {"id": "d"}]
    found = salvage({"zones": zones, "city": {"id": "kota", "language": "jv"}}, HERE)
    assert [(zone.id, zone.name) for zone in found.settings.zones] == [("a", "A"), ("c", ""), ("d", "")]
    assert (found.settings.city.id, found.settings.city.language) == ("kota", "id")
    assert [path for path, _ in found.wrong] == [
        ("city", "language"),
        ("zones", 0, "latitude"),
        ("zones", 1, "id"),
        ("zones", 2, "what"),
    ]
    assert [found.original(("zones", index, "id")) for index in (0, 1, 2)] == [
        ("zones", 0, "id"),
        ("zones", 2, "id"),
        ("zones", 3, "id"),
    ]


def test_what_was_set_aside_is_known_with_all_that_stood_below_it():
    found = salvage({"windows": {"sizes": [{"size": "x"}, {"size": "1m", "hop": "y"}]}}, HERE)
    assert found.touched(("windows", "sizes", 0, "size"))
    assert found.touched(("windows", "sizes", 1, "hop"))
    assert not found.touched(("windows", "sizes", 1, "size"))


def test_a_wrong_item_takes_its_list_along():
    found = salvage({"sources": [{"topics": ["a/#", "b#"], "qos": 2}]}, HERE)
    (source,) = found.settings.sources
    assert (source.topics, source.qos) == (("city/#",), 2)


def test_a_list_whose_items_are_all_wrong_is_not_called_empty_too():
    assert salvage({"sources": [{"topics": ["b#"]}]}, HERE).wrong == [
        (("sources", 0, "topics", 0), "'b#': # must stand alone in the last level, not in level 1 ('b#')")
    ]
    assert salvage({"sources": [{"topics": []}]}, HERE).wrong == [(("sources", 0, "topics"), "must not be empty")]


def names_in(section):
    for name, field in section.model_fields.items():
        yield name
        for part in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from names_in(part)


names = st.sampled_from(sorted(set(names_in(Settings)))) | st.text(max_size=3)
scalars = st.one_of(
    st.none().map(lambda _: date(2026, 11, 22)),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["1m", "10s", "a/#", "{device}", "mqtt://h:1", "gauge", "level", "../x", "\0"]),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4), max_leaves=30
)


@settings(max_examples=300)
@given(st.dictionaries(names, values, max_size=5))
def test_whatever_is_written_ends_in_settings_and_mistakes(document):
    found = salvage(document, HERE)
    assert isinstance(found.settings, Settings)
    for check in (check_windows, check_sources, check_ids):
        list(check(found.settings))
    for path, sentence in found.wrong:
        assert path
        assert sentence
