import json

import pytest

from ingest.payloads.one_message import FieldRules, Record, parse, record, records, rejected_field
from ingest.readings import NO_SEQUENCE
from ingest.reasons import Reason

PLAIN = FieldRules()


def only(payload: bytes, rules: FieldRules = PLAIN) -> Record:
    found = records(payload, rules)
    assert isinstance(found, list)
    (single,) = found
    assert isinstance(single, Record)
    return single


def verdict(payload: bytes, rules: FieldRules = PLAIN) -> Reason | None:
    """Why the payload, or its only record, is rejected."""
    found = records(payload, rules)
    if isinstance(found, Reason):
        return found
    (single,) = found
    return single if isinstance(single, Reason) else None


def test_an_object_gives_its_time_sequence_and_numbers() -> None:
    payload = (
        b'{"ts":1700000000,"seq":7,"pm25":12.5,"fan":true,"door":false,"site":"A1","gps":{"lat":-7.15,"fix":null}}'
    )
    single = only(payload)
    assert single.time_ns == 1_700_000_000_000_000_000
    assert single.sequence == 7
    assert single.values == {"pm25": 12.5, "fan": 1.0, "door": 0.0, "gps.lat": -7.15}


def test_without_time_and_sequence_the_values_stand_alone() -> None:
    single = only(b' {"v":1}\r\n')
    assert (single.time_ns, single.sequence, single.values) == (None, NO_SEQUENCE, {"v": 1.0})
    assert (only(b'{"v":1,"ts":null,"seq":null}').time_ns, only(b'{"v":1,"seq":null}').sequence) == (None, NO_SEQUENCE)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", Reason.EMPTY_PAYLOAD),
        (b" ", Reason.INVALID_JSON),
        (b"\xef\xbb\xbf" + b'{"v":1}', Reason.INVALID_JSON),
        (b'{"v":1', Reason.INVALID_JSON),
        (b'{"v":1}}', Reason.INVALID_JSON),
        (b"{'v':1}", Reason.INVALID_JSON),
        (b'{"v":NaN}', Reason.INVALID_JSON),
        (b'{"v":Infinity}', Reason.INVALID_JSON),
        (b'{"v":1,"w":-Infinity}', Reason.INVALID_JSON),
        (b'{"v":1,"t":"a\x01b"}', Reason.INVALID_JSON),
        (b'{"v":1,"t":"\xff"}', Reason.NOT_UTF8),
        (b'{"v":1,"\xc3":2}', Reason.NOT_UTF8),
        (b'{"v":1,"t":"\xed\xa0\x80"}', Reason.NOT_UTF8),
        (b'{"\\ud800":1}', Reason.NOT_UTF8),
        (b'{"o":{"\\udc00":1},"v":1}', Reason.NOT_UTF8),
        (b"1", Reason.NOT_AN_OBJECT),
        (b'"v"', Reason.NOT_AN_OBJECT),
        (b"null", Reason.NOT_AN_OBJECT),
        (b"[]", Reason.NOT_AN_OBJECT),
        (b"[1,2]", Reason.NOT_AN_OBJECT),
        (b"{}", Reason.NO_QUANTITY),
        (b'{"ts":1700000000,"seq":1}', Reason.NO_QUANTITY),
        (b'{"v":null,"t":"text","l":[1,2]}', Reason.NO_QUANTITY),
        (b'{"v":"12.5"}', Reason.NUMBER_IN_STRING),
        (b'{"v":1e999}', Reason.NUMBER_OUT_OF_RANGE),
        (b'{"v":-1e999}', Reason.NUMBER_OUT_OF_RANGE),
        (b'{"v":1' + b"0" * 400 + b"}", Reason.NUMBER_OUT_OF_RANGE),
        (b'{"v":' + b"1" * 5000 + b"}", Reason.NUMBER_OUT_OF_RANGE),
        (b'{"v":1,"v":1}', Reason.DUPLICATE_KEY),
        (b'{"v":1,"\\u0076":2}', Reason.DUPLICATE_KEY),
        (b'{"v":1,"o":{"x":1,"x":2}}', Reason.DUPLICATE_KEY),
        (b'{"v":1,"l":[{"x":1,"x":2}]}', Reason.DUPLICATE_KEY),
        (b'{"a.b":1,"a":{"b":2}}', Reason.DUPLICATE_KEY),
        (b'{"v":1,"ts":1,"ts":2}', Reason.DUPLICATE_KEY),
        (b'{"v":1,"ts":"2023-11-14T22:13:20"}', Reason.TIME_WITHOUT_OFFSET),
        (b'{"v":1,"ts":"yesterday"}', Reason.TIME_INVALID),
        (b'{"v":1,"ts":true}', Reason.TIME_INVALID),
        (b'{"v":1,"ts":[1]}', Reason.TIME_INVALID),
        (b'{"v":1,"ts":"0001-01-01T00:00:00Z"}', Reason.TIME_OUT_OF_RANGE),
        (b'{"v":1,"ts":1e999}', Reason.TIME_OUT_OF_RANGE),
        (b'{"v":1,"seq":-1}', Reason.SEQUENCE_INVALID),
        (b'{"v":1,"seq":1.5}', Reason.SEQUENCE_INVALID),
        (b'{"v":1,"seq":"7"}', Reason.SEQUENCE_INVALID),
        (b'{"v":1,"seq":true}', Reason.SEQUENCE_INVALID),
        (b'{"v":1,"seq":9007199254740992}', Reason.SEQUENCE_INVALID),
        (b'{"v":1,"seq":1e999}', Reason.SEQUENCE_INVALID),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_name(payload: bytes, reason: Reason) -> None:
    assert verdict(payload) is reason


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-400", 0.0),
        ("5e-324", 5e-324),
        ("1.7976931348623157e308", 1.7976931348623157e308),
        ("9007199254740993", 9007199254740992.0),
        ("18446744073709551616", 18446744073709551616.0),
        ("123456789012345678901234567890", 1.2345678901234568e29),
    ],
)
def test_a_number_is_the_nearest_64_bit_float(written: str, value: float) -> None:
    assert only(f'{{"v":{written}}}'.encode()).values == {"v": value}


def test_a_sequence_counts_up_to_the_last_whole_number_a_float_tells_apart() -> None:
    assert only(b'{"v":1,"seq":9007199254740991}').sequence == 9007199254740991
    assert only(b'{"v":1,"seq":3.0}').sequence == 3
    assert only(b'{"v":1,"seq":0}').sequence == 0


def test_objects_nest_16_deep_and_no_deeper() -> None:
    def nested(depth: int) -> bytes:
        return b'{"o":' * (depth - 1) + b'{"v":1}' + b"}" * (depth - 1)

    assert only(nested(16)).values == {".".join(["o"] * 15 + ["v"]): 1.0}
    assert verdict(nested(17)) is Reason.NESTED_TOO_DEEPLY


@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 100_000,
        b'{"v":' * 100_000,
        b'{"v":1,"l":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"v":1,"l":' + b"[" * 64 + b"]" * 64 + b"}",
        b'[{"v":1},' + b'{"o":' * 500 + b"1" + b"}" * 500 + b"]",
    ],
)
def test_a_payload_of_brackets_is_named_before_any_parser_runs_out_of_stack(payload: bytes) -> None:
    assert records(payload, PLAIN) is Reason.NESTED_TOO_DEEPLY


def test_brackets_side_by_side_or_inside_text_are_no_nesting() -> None:
    side_by_side = json.dumps([{"v": number, "l": [[]]} for number in range(500)]).encode()
    found = records(side_by_side, PLAIN)
    assert isinstance(found, list)
    assert len(found) == 500
    text = json.dumps({"v": 1, "u": "{\\" * 100, "t": '\\"' + "[" * 500}).encode()
    assert only(text).values == {"v": 1.0}
    assert verdict(b'{"v":1,"l":' + b"[" * 63 + b"]" * 63 + b"}") is None


def test_a_megabyte_is_read_or_named_like_anything_else() -> None:
    padding = b"x" * (1 << 20)
    assert only(b'{"v":1,"t":"' + padding + b'"}').values == {"v": 1.0}
    assert verdict(b'{"v":1,"t":"' + padding) is Reason.INVALID_JSON
    assert verdict(padding) is Reason.INVALID_JSON
    assert verdict(b'{"v":1,"t":"' + padding + b'\xff"}') is Reason.NOT_UTF8


def test_256_quantities_are_taken_and_257_are_too_many() -> None:
    assert len(only(json.dumps({f"f{number}": 1 for number in range(256)}).encode()).values) == 256
    assert verdict(json.dumps({f"f{number}": 1 for number in range(257)}).encode()) is Reason.TOO_MANY_FIELDS


def test_an_upload_gives_a_verdict_for_each_element() -> None:
    found = records(b'[{"v":1},2,{"w":"x"},{"ts":"x","v":1}]', PLAIN)
    assert isinstance(found, list)
    assert isinstance(found[0], Record)
    assert found[1:] == [Reason.NOT_AN_OBJECT, Reason.NO_QUANTITY, Reason.TIME_INVALID]


def test_fields_are_renamed_ignored_and_found_where_the_source_says() -> None:
    rules = FieldRules(
        time_field="meta.at",
        sequence_field="meta.n",
        renamed={"data.t": "temperature"},
        ignored=frozenset({"meta.rssi", "fw"}),
    )
    single = only(b'{"meta":{"at":1700000000,"n":3,"rssi":-70},"data":{"t":21.5,"h":60},"fw":12,"ts":5}', rules)
    assert (single.time_ns, single.sequence) == (1_700_000_000_000_000_000, 3)
    assert single.values == {"temperature": 21.5, "data.h": 60.0, "ts": 5.0}


def test_two_fields_that_feed_one_quantity_are_a_duplicate() -> None:
    rules = FieldRules(renamed={"temp": "temperature"})
    assert verdict(b'{"temp":20,"temperature":20}', rules) is Reason.DUPLICATE_KEY
    assert only(b'{"temp":20,"temperature":"n/a"}', rules).values == {"temperature": 20.0}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b'{"pm25":"12.5","pm10":30}', Reason.NUMBER_IN_STRING),
        (b'{"pm25":"error","pm10":30}', Reason.TEXT_FOR_NUMBER),
        (b'{"dust":"12.5","pm10":30}', Reason.NUMBER_IN_STRING),
        (b'{"pm25":null,"pm10":30}', None),
        (b'{"site":"12.5","pm10":30}', None),
    ],
)
def test_text_in_a_declared_quantity_rejects_the_message(payload: bytes, reason: Reason | None) -> None:
    rules = FieldRules(renamed={"dust": "pm25"}, declared=frozenset({"pm25", "pm10"}))
    assert verdict(payload, rules) is reason


def test_every_field_that_is_no_object_is_a_leaf_of_the_record() -> None:
    found = record({"v": 1, "o": {"t": "x", "e": {}}, "l": [1]}, PLAIN)
    assert isinstance(found, Record)
    assert found.leaves == {("v",): 1, ("o", "t"): "x", ("l",): [1]}


def test_a_document_that_is_no_object_is_still_a_document() -> None:
    assert parse(b"[1, null]") == [1, None]
    assert parse(b"[1, NaN]") is Reason.INVALID_JSON


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        (b'{"id":"12","pm25":"41.2","pm10":63}', "pm25: '41.2'"),
        (b'{"gas":{"co":"1,5"},"pm25":"n/a"}', "pm25: 'n/a'"),
        (b'{"note":"calm","level":"7"}', "level: '7'"),
        (b'{"v":1e999}', "v: inf"),
        (b'{"v":1,"seq":"7"}', "seq: '7'"),
        (b'{"v":1,"ts":"2026-03-02T06:00:00"}', "ts: '2026-03-02T06:00:00'"),
        (b'{"v":1,"ts":"yesterday"}', "ts: 'yesterday'"),
        (b'[{"pm25":1},{"pm25":"x"}]', "pm25: 'x'"),
        (b'{"pm25":"' + b"9" * 500 + b'"}', "pm25: '" + "9" * 76 + "..."),
    ],
)
def test_of_a_rejected_message_the_field_and_its_value_are_named(payload: bytes, detail: str) -> None:
    rules = FieldRules(declared=frozenset({"pm25"}))
    found = records(payload, rules)
    assert isinstance(found, list | Reason)
    (reason,) = [found] if isinstance(found, Reason) else [each for each in found if isinstance(each, Reason)]
    assert rejected_field(payload, rules, reason) == detail
