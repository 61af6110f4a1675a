import json
from typing import Any

import msgspec
import pytest

from ingest.payloads.assembly import Assembly
from ingest.payloads.one_message import FieldRules, Record, record
from ingest.payloads.shape import Shape
from ingest.readings import NO_SEQUENCE

EVERYTHING: dict[str, Any] = {"ts": 1, "seq": 1, "v": 1, "o": {"x": 1, "t": "text"}}


def assembled(*payloads: str, rules: FieldRules | None = None, also: tuple[dict[str, Any], ...] = ()) -> Assembly:
    """The payloads in a structure that also knows `also` and the usual fields."""
    rules = rules or FieldRules()
    shape = Shape(rules)
    for document in (EVERYTHING, *also):
        found = record(document, rules)
        assert isinstance(found, Record)
        shape.learn(found.leaves)
        shape.learn(found.leaves)
    structure, leaves = shape.build()
    return Assembly([msgspec.json.decode(payload, type=structure) for payload in payloads], leaves, rules)


def test_columns_times_and_sequences_are_those_of_the_messages() -> None:
    found = assembled('{"ts":1700000000,"seq":4,"v":1.5}', '{"ts":1700000001,"seq":5,"v":2.5}')
    assert found.plain.tolist() == [True, True]
    assert found.time_ns.tolist() == [1_700_000_000_000_000_000, 1_700_000_001_000_000_000]
    assert found.timed.tolist() == [True, True]
    assert found.sequence.tolist() == [4, 5]
    assert {name: values.tolist() for name, values in found.columns.items()} == {"v": [1.5, 2.5]}


def test_what_needs_a_named_reason_is_not_plain() -> None:
    found = assembled(
        '{"v":1,"ts":"yesterday"}',
        '{"v":1,"ts":9e18,"seq":3}',
        '{"v":1,"ts":9.3e18}',
        '{"v":1,"seq":1.5}',
        '{"v":1,"seq":-1}',
        '{"v":1,"seq":9007199254740992}',
        '{"ts":1700000000,"o":{"t":"12"}}',
        "{}",
        '{"v":1}',
    )
    assert found.plain.tolist() == [False, True, False, False, False, False, False, False, True]
    assert found.sequence[[1, 8]].tolist() == [3, NO_SEQUENCE]


def test_times_in_several_forms_stand_in_one_column() -> None:
    written = ["1700000000", "1700000000.5", '"2023-11-14T22:13:21Z"', "1700000000000000001", "null"]
    found = assembled(*(f'{{"v":1,"ts":{time}}}' for time in written))
    assert found.time_ns.tolist() == [
        1_700_000_000_000_000_000,
        1_700_000_000_500_000_000,
        1_700_000_001_000_000_000,
        1_700_000_000_000_000_001,
        0,
    ]
    assert found.timed.tolist() == [True, True, True, True, False]


@pytest.mark.parametrize("huge", [2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**400])
def test_a_time_no_64_bits_hold_is_not_plain_and_leaves_the_others_exact(huge: int) -> None:
    exact = '{"ts":1700000000000000001,"v":1}'
    for other in (exact, '{"v":1}'):
        found = assembled(exact, f'{{"ts":{huge},"v":1}}', other)
        assert found.plain.tolist() == [True, False, True]
        assert found.time_ns[0] == 1_700_000_000_000_000_001


@pytest.mark.parametrize(
    "payload",
    [
        '{"v":1}',
        '{"ts":1,"seq":2,"v":3}',
        '{"ts":"2023-11-14T22:13:20Z","v":3,"o":{"x":1,"t":""}}',
        '{"o":{"t":"only text"}}',
        '{"o":{"x":1},"v":null}',
    ],
)
def test_quotation_marks_of_known_fields_are_foreseen(payload: str) -> None:
    found = assembled(payload, '{"v":1}', also=({"v": None, "o": {"x": 1}},))
    assert found.quotes.tolist() == [payload.count('"'), 2]
    assert found.quotes_in_all == payload.count('"') + 2


@pytest.mark.parametrize(
    ("written", "is_plain"),
    [
        ("[]", True),
        ("[111.88,-7.15]", True),
        ('["a","b",null,true]', True),
        ("[[1]]", False),
        ("[{}]", False),
        ('["a \\"word\\""]', False),
    ],
)
def test_a_list_of_numbers_and_texts_is_passed_over_and_any_other_read_by_itself(written: str, is_plain: bool) -> None:
    payload = f'{{"v":1,"l":{written}}}'
    found = assembled(payload, '{"v":2}', '{"l":["x"]}', also=({"v": 1, "l": []},))
    assert list(found.columns) == ["v"]
    assert found.plain[1:].tolist() == [True, False]
    assert bool(found.plain[0] and found.quotes[0] == payload.count('"')) == is_plain


@pytest.mark.parametrize(
    "payload",
    [
        '{"v":1,"v":1}',
        '{"v":1,"unknown":1}',
        '{"v":1,"o":{}}',
        '{"v":1,"ts":null}',
        json.dumps({"v": 1, "o": {"t": 'a "quoted" word'}}),
        '{"v":1,"o":{"x":1},"o":{"x":1}}',
    ],
)
def test_any_other_payload_has_more_quotation_marks_than_foreseen(payload: str) -> None:
    assert assembled(payload).quotes[0] < payload.count('"')


def test_two_fields_of_one_quantity_are_one_column_unless_both_are_there() -> None:
    rules = FieldRules(renamed={"speed": "v"})
    found = assembled('{"v":1}', '{"speed":2}', '{"v":1,"speed":2}', rules=rules, also=({"speed": 1},))
    assert found.plain.tolist() == [True, True, False]
    assert found.columns["v"][:2].tolist() == [1.0, 2.0]


def test_a_quantity_that_no_message_has_is_no_column() -> None:
    assert list(assembled('{"v":1}').columns) == ["v"]
    assert list(assembled('{"v":1,"o":{"x":2}}').columns) == ["v", "o.x"]


def test_an_assembly_is_sparse_when_most_fields_stand_in_no_message() -> None:
    assert assembled('{"v":1}', also=({"a": 1, "b": 2, "c": 3},)).is_sparse
    assert not assembled('{"v":1,"a":1}', '{"b":2,"ts":5}').is_sparse


def test_no_messages_assemble_to_nothing() -> None:
    found = Assembly([], (), FieldRules())
    assert (found.columns, len(found.plain), found.quotes_in_all) == ({}, 0, 0)
