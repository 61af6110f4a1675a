import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.payloads.json_decoder import JsonDecoder
from ingest.payloads.one_message import FieldRules
from ingest.reasons import Reason
from tests.ingest.payloads.by_definition import Told, defined, is_well_formed, told
from tests.ingest.payloads.hostile import batches

PLAIN = FieldRules()
RULES = FieldRules(renamed={"speed": "v", "o.x": "a"}, ignored=frozenset({"ignored"}), declared=frozenset({"declared"}))
SUITE = Path(__file__).parents[4] / "shared" / "data" / "json_test_suite"
GOOD = b'{"ts":1700000000,"v":1.5}'
GOOD_ROW = (1_700_000_000_000_000_000, -1, {"v": (1.5).hex()})


def decode(*payloads: bytes, rules: FieldRules = PLAIN) -> Told:
    return told(JsonDecoder(rules).decode(payloads))


def seasoned(*payloads: bytes, rules: FieldRules = PLAIN) -> JsonDecoder:
    decoder = JsonDecoder(rules)
    decoder.decode([*payloads, *payloads])
    return decoder


@settings(max_examples=300)
@given(st.lists(batches, max_size=3), batches)
def test_a_batch_says_what_each_payload_says_alone_whatever_came_before(
    before: list[list[bytes]], batch: list[bytes]
) -> None:
    decoder = JsonDecoder(RULES)
    for earlier in [*before, batch]:
        decoded = decoder.decode(earlier)
        assert told(decoded) == defined(earlier, RULES)
        assert is_well_formed(decoded)
    fresh = JsonDecoder(RULES).decode(batch)
    assert told(fresh) == told(decoded)
    assert fresh.quantities == decoded.quantities


@settings(max_examples=150)
@given(batches, st.data())
def test_however_payloads_are_split_into_batches_they_say_the_same(batch: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(batch)))
    decoder = JsonDecoder(RULES)
    first, second = told(decoder.decode(batch[:cut])), told(decoder.decode(batch[cut:]))
    rows = first[0] + [(cut + number, *rest) for number, *rest in second[0]]
    rejected = first[1] + [(cut + number, reason) for number, reason in second[1]]
    assert (rows, rejected) == decode(*batch, rules=RULES)


@settings(max_examples=150)
@given(batches)
def test_a_good_message_survives_any_neighbours(batch: list[bytes]) -> None:
    rows, _ = told(seasoned(GOOD, rules=RULES).decode([GOOD, *batch, GOOD]))
    assert (rows[0], rows[-1]) == ((0, *GOOD_ROW), (len(batch) + 1, *GOOD_ROW))


@pytest.mark.parametrize(
    ("batch", "rejected"),
    [
        # Joined to lines these are as many whole objects as payloads.
        ([b'{"v":1', b'}{"v":2}'], [0, 1]),
        ([b'{"v":1}{"v":2}', b" "], [0, 1]),
        ([b'{"v":1}{"v":2}', b""], [0, 1]),
        ([b'{"o":', b'{"v":1}', b'}{"v":1}{"v":1}'], [0, 2]),
        ([b'{"v":1', b',"v":2}', b'{"v":1}{"v":2}'], [0, 1, 2]),
        ([b'{"v":1}\n{"v":2}', b"\t"], [0, 1]),
        ([b'{"o":{"v":1}', b',"v":1}{"v":2}'], [0, 1]),
        ([b'{"o":', b'{"v":1}}{"v":1}'], [0, 1]),
        ([b'{"v":1}{"v":2}', b'{"v":3}'], [0]),
    ],
)
def test_no_payload_reaches_into_its_neighbours(batch: list[bytes], rejected: list[int]) -> None:
    decoder = seasoned(b'{"v":1}', b'{"o":{"v":1}}')
    assert len(told(decoder.decode([b'{"v":1,"o":{"v":1}}']))[0]) == 1
    _, refused = told(decoder.decode(batch))
    assert [number for number, _ in refused] == rejected


def test_what_compensates_in_the_sum_of_quotation_marks_is_still_seen() -> None:
    decoder = seasoned(b'{"v":1,"w":2}')
    assert told(decoder.decode([b'{"v":1,"v":2}', b'{"w":1}'])) == (
        [(1, None, -1, {"w": (1.0).hex()})],
        [(0, Reason.DUPLICATE_KEY)],
    )


@pytest.mark.parametrize("unknown", [b'{"v":1,"x":"\xff"}', b'{"v":1,"\xff":2}', b'{"v":1,"t":"\xff"}', b'{"v\xff":1}'])
def test_bytes_that_are_no_utf8_cost_their_message_alone(unknown: bytes) -> None:
    decoder = seasoned(b'{"v":1,"t":"text"}')
    assert told(decoder.decode([b'{"v":1}', unknown, b'{"v":2}'])) == (
        [(0, None, -1, {"v": (1.0).hex()}), (2, None, -1, {"v": (2.0).hex()})],
        [(1, Reason.NOT_UTF8)],
    )


def test_a_time_beyond_64_bits_costs_its_neighbours_no_nanosecond() -> None:
    exact = [b'{"ts":1700000000000000001,"v":1}', b'{"ts":1700000000000000003,"v":1}']
    for huge in (b"18446744073709551615", b"36893488147419103232", b"9" * 400, b"1e30"):
        rows, rejected = told(seasoned(*exact).decode([exact[0], b'{"ts":%s,"v":1}' % huge, exact[1], b'{"v":1}']))
        assert [time for _, time, _, _ in rows] == [1700000000000000001, 1700000000000000003, None]
        assert rejected == [(1, Reason.TIME_OUT_OF_RANGE)]


def test_a_field_first_seen_as_text_becomes_a_quantity_once_it_is_a_number() -> None:
    decoder = seasoned(b'{"v":1,"state":"on"}', b'{"v":1,"spare":null}')
    rows, _ = told(decoder.decode([b'{"v":1,"state":2}', b'{"v":1,"spare":3}']))
    assert [values for *_, values in rows] == [
        {"v": (1.0).hex(), "state": (2.0).hex()},
        {"v": (1.0).hex(), "spare": (3.0).hex()},
    ]


def test_a_quantity_of_an_earlier_batch_is_no_column_of_this_one() -> None:
    decoder = seasoned(b'{"v":1,"w":2}')
    assert decoder.decode([b'{"v":1}', b'{"v":2}']).quantities == ("v",)


def test_a_device_changes_the_shape_of_a_field_and_back() -> None:
    changing = [b'{"x":1,"v":1}', b'{"x":"a","v":1}', b'{"x":{"y":1},"v":1}', b'{"x":[1],"v":1}', b'{"x":1,"v":1}']
    batch = [GOOD, *(payload for change in changing for payload in (change, GOOD))]
    rows, rejected = decode(*batch)
    assert rejected == []
    assert [sorted(values) for _, _, _, values in rows] == [
        *[["v"], ["v", "x"], ["v"], ["v"], ["v"], ["v", "x.y"], ["v"], ["v"], ["v"], ["v", "x"], ["v"]]
    ]


@pytest.mark.parametrize("name", ['quo"te', "back\\slash", "new\nline", "\x01", "", "x" * 70_000, "𝄞", "a\u2028b"])
def test_a_field_may_have_any_name(name: str) -> None:
    odd = json.dumps({name: 2, "v": 1}).encode()
    raw = json.dumps({name: 2, "v": 1}, ensure_ascii=False).encode()
    decoder = seasoned(odd, GOOD)
    assert told(decoder.decode([GOOD, odd, raw, GOOD])) == (
        [
            (0, *GOOD_ROW),
            (1, None, -1, {name: (2.0).hex(), "v": (1.0).hex()}),
            (2, None, -1, {name: (2.0).hex(), "v": (1.0).hex()}),
            (3, *GOOD_ROW),
        ],
        [],
    )


def test_two_fields_may_feed_one_quantity_but_not_in_one_message() -> None:
    rules = FieldRules(renamed={"temp": "temperature"})
    batch = [b'{"temp":20}', b'{"temperature":21}', b'{"temp":20,"temperature":21}', b'{"temp":22,"temperature":null}']
    for decoder in (JsonDecoder(rules), seasoned(*batch, rules=rules)):
        decoded = decoder.decode(batch)
        assert (decoded.quantities, decoded.values.tolist()) == (("temperature",), [[20.0, 21.0, 22.0]])
        assert decoded.rejected == [(2, Reason.DUPLICATE_KEY)]


def test_a_name_with_a_dot_and_a_nested_field_are_one_name() -> None:
    flat, nested, both = b'{"a.b":1}', b'{"a":{"b":2}}', b'{"a.b":"x","a":{"b":"y"},"v":1}'
    rows, rejected = told(seasoned(flat, nested, b'{"a.b":"x","v":1}').decode([flat, nested, both]))
    assert [values for *_, values in rows] == [{"a.b": (1.0).hex()}, {"a.b": (2.0).hex()}]
    assert rejected == [(2, Reason.DUPLICATE_KEY)]


def test_a_flood_of_field_names_makes_no_more_than_256_columns_and_costs_no_neighbour() -> None:
    flood = [b'{"made_up_%d":1}' % number for number in range(2000)]
    batch = [GOOD, *flood, GOOD]
    for decoder in (JsonDecoder(PLAIN), seasoned(*flood[500:900]), seasoned(GOOD)):
        decoded = decoder.decode(batch)
        assert len(decoded.quantities) == 256
        assert "v" in decoded.quantities
        assert decoded.message[[0, -1]].tolist() == [0, 2001]
        assert len(decoded.message) + len(decoded.rejected) == 2002
        assert {reason for _, reason in decoded.rejected} == {Reason.TOO_MANY_FIELDS}
        assert told(decoded) == decode(*batch)


def test_a_flood_of_field_names_is_forgotten_when_it_is_over() -> None:
    decoder = JsonDecoder(PLAIN)
    flood = [b'{"v":1,"made_up_%d":1}' % (number % 250) for number in range(1000)]
    decoder.decode([*flood, GOOD])
    assert len(decoder._leaves) > 200
    for _ in range(3):
        decoder.decode([GOOD] * 1000)
    assert [leaf.path for leaf in decoder._leaves] == [("ts",), ("v",)]


def test_what_the_configuration_declares_survives_a_flood_that_outnumbers_it() -> None:
    flood = [b'{"made_up_%d":1}' % (number // 2) for number in range(1000)]
    decoded = JsonDecoder(FieldRules(declared=frozenset({"v"}))).decode([*flood, GOOD])
    assert decoded.message[-1] == 1000


def test_a_message_may_bring_300_fields_and_the_next_one_is_still_fast_to_take() -> None:
    wide = json.dumps({f"f{number}": number for number in range(300)}).encode()
    texts = json.dumps({"v": 1} | {f"f{number}": "x" for number in range(300)}).encode()
    assert decode(GOOD, wide, texts, GOOD) == (
        [(0, *GOOD_ROW), (2, None, -1, {"v": (1.0).hex()}), (3, *GOOD_ROW)],
        [(1, Reason.TOO_MANY_FIELDS)],
    )


def test_a_buffered_upload_gives_its_good_records_and_names_the_others() -> None:
    upload = b'[{"ts":1,"v":1},5,{"ts":2,"v":2},{"ts":"x","v":3},{"ts":3,"v":4}]'
    rows, rejected = decode(GOOD, upload, GOOD)
    assert [(number, time) for number, time, _, _ in rows] == [
        (0, 1_700_000_000_000_000_000),
        (1, 1_000_000_000),
        (1, 2_000_000_000),
        (1, 3_000_000_000),
        (2, 1_700_000_000_000_000_000),
    ]
    assert rejected == [(1, Reason.NOT_AN_OBJECT), (1, Reason.TIME_INVALID)]


def suite(prefix: str) -> list[Path]:
    return sorted(SUITE.glob(f"{prefix}_*.json"))


@pytest.mark.skipif(not SUITE.is_dir(), reason="no recordings beside the repository")
@pytest.mark.parametrize(("prefix", "count"), [("n", 95), ("y", 48), ("i", 18)])
def test_every_document_of_the_parser_suite_is_taken_or_named_and_its_neighbours_survive(
    prefix: str, count: int
) -> None:
    documents = [path.read_bytes() for path in suite(prefix)]
    assert len(documents) == count
    batch = [GOOD, *(payload for document in documents for payload in (document, GOOD))]
    for decoder in (JsonDecoder(PLAIN), seasoned(GOOD, *documents)):
        rows, rejected = told(decoder.decode(batch))
        assert [row for row in rows if row[0] % 2 == 0] == [(number, *GOOD_ROW) for number in range(0, len(batch), 2)]
        named = {number for number, _ in rejected}
        taken = {number for number, *_ in rows if number % 2}
        assert named | taken == set(range(1, len(batch), 2))
        if prefix == "n":
            assert taken == set()
    if prefix == "n":
        assert {reason for _, reason in rejected} == {
            *[Reason.INVALID_JSON, Reason.EMPTY_PAYLOAD, Reason.NOT_UTF8, Reason.NESTED_TOO_DEEPLY]
        }
