import pytest

from config.topics import can_meet, checked_filter, checked_group, checked_template


@pytest.mark.parametrize(
    "topic", ["#", "+", "a", "/", "a/+/b", "+/+/#", "kota/Sungai Bengawan Solo/ketinggian", "$SYS/#"]
)
def test_a_legal_filter_is_taken(topic):
    assert checked_filter(topic) == topic


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("", "must not be empty"),
        ("a/#/b", r"# must stand alone in the last level, not in level 2 \('#'\)"),
        ("a/b#", r"# must stand alone in the last level, not in level 2 \('b#'\)"),
        ("a/b+/c", r"\+ must stand alone in its level, not in level 2 \('b\+'\)"),
        ("a\0b", "U\\+0000"),
        ("é" * 40_000, "is 80000 bytes long; MQTT allows 65535"),
        ("$share/g/a", "shared_group = 'g'"),
        ("city/{city}/#", r"\{city\} belongs into `topic`"),
    ],
)
def test_an_illegal_filter_is_refused_with_its_reason(topic, reason):
    with pytest.raises(ValueError, match=reason):
        checked_filter(topic)


@pytest.mark.parametrize("template", ["{device}", "city/{city}/{kind}/{device}/#", "+/{zone}/{device}/status"])
def test_a_legal_template_is_taken(template):
    assert checked_template(template) == template


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("city/{kind}", r"must hold \{device\} exactly once, not 0 times"),
        ("{device}/{device}", r"must hold \{device\} exactly once, not 2 times"),
        ("{city}/{city}/{device}", r"must hold \{city\} exactly once, not 2 times"),
        ("a/x{device}", r"level 'x\{device\}' is none of"),
        ("a/{devices}", r"level '\{devices\}' is none of \{city\}, \{kind\}, \{device\}, \{zone\}"),
        ("#/{device}", "# must stand alone in the last level, not in level 1"),
    ],
)
def test_an_illegal_template_is_refused_with_its_reason(template, reason):
    with pytest.raises(ValueError, match=reason):
        checked_template(template)


@pytest.mark.parametrize(
    ("topic", "template", "meets"),
    [
        ("city/#", "city/{city}/{kind}/{device}/#", True),
        ("#", "{device}", True),
        ("+", "{device}", True),
        ("a/b", "{kind}/{device}", True),
        ("a/b", "{kind}/{device}/#", True),
        ("a/#", "a", True),
        ("a/b/c", "{kind}/{device}", False),
        ("a/+", "b/{device}", False),
        ("town/#", "city/{device}", False),
        ("a", "{kind}/{device}", False),
        ("a/+/c", "a/{device}/d", False),
    ],
)
def test_a_filter_meets_a_template_where_one_topic_fits_both(topic, template, meets):
    assert can_meet(topic, template) is meets


def test_a_group_has_no_separator_and_no_wildcard():
    assert checked_group(None) is None
    assert checked_group("denyut") == "denyut"
    for group in ("", "a/b", "a+", "#"):
        with pytest.raises(ValueError, match="is no group name"):
            checked_group(group)
