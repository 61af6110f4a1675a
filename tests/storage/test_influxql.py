import pytest

from storage.influxql import identifier, literal


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("pm25", '"pm25"'),
        ('a"b', '"a\\"b"'),
        ('x"; DROP DATABASE y --', '"x\\"; DROP DATABASE y --"'),
        ("a\\", '"a\\\\"'),
    ],
)
def test_an_identifier_cannot_leave_its_quotes(name: str, quoted: str) -> None:
    assert identifier(name) == quoted


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("kota", "'kota'"), ("it's", "'it\\'s'"), ("\\' OR 1=1", "'\\\\\\' OR 1=1'"), ("a\nb", "'a\\nb'")],
)
def test_a_literal_cannot_leave_its_quotes(text: str, quoted: str) -> None:
    assert literal(text) == quoted
