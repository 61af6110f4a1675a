"""Payloads as devices, broken devices and adversaries write them."""

import json

from hypothesis import strategies as st

KEYS = ["a", "b", "speed", "v", "declared", "ignored", "o", "o.x", "ts", "seq", "é", "w w"]
ESCAPED_KEYS = ["\\u0061", "q\\u0022", "back\\\\slash", "n\\n", "\\ud800", "\\ud83d\\ude00"]
VALUES = [
    *["1", "2.5", "-0", "-0.0", "-5", "0.1", "1e5", "1e-400", "1e999", "9007199254740993", "18446744073709551615"],
    *[
        "18446744073709551616",
        "123456789012345678901234567890",
        "true",
        "false",
        "null",
        "NaN",
        "-Infinity",
        "01",
        "1.",
    ],
    *['"x"', '"5"', '"1e5"', '""', '"a\\"b"', '"\\ud800"', '"\\u00e9"', "[]", "[1]", '["x"]', '[{"x":1}]'],
    *["{}", '{"x":1}', '{"x":"q"}', '{"x":null}', '{"x":1,"y":true}', '{"x":1,"x":2}', '{"x":{"x":{"x":1}}}'],
]
TIMES = [
    *["1700000000", "1700000000.25", "1700000000000", "1700000000000000", "1700000000000000001", "0", "-5", "-0"],
    *["99999999999", "100000000000", "99999999999999999", "100000000000000000", "100000000000.5", "9.2e18"],
    *["9214148664817920225", "9214148664817920226", "9214148664817919999", "-9214148664817920225"],
    *["18446744073709551615", "36893488147419103232", "1e30", "1e999", "true", "null", "[1]", '{"x":5}'],
    *['"2023-11-14T22:13:20Z"', '"2023-11-14T22:13:20"', '"0001-01-01T00:00:00Z"', '"9999-12-31T23:59:59Z"', '"x"'],
]
SEQUENCES = ["0", "7", "-1", "1.5", "3.0", "9007199254740991", "9007199254740992", '"7"', "true", "null", "1e999"]
BROKEN = [
    b"",
    b" ",
    b"{",
    b"}",
    b'{"v":1',
    b'}{"v":1}',
    b'{"v":1}{"v":2}',
    b'{"o":',
    b'{"o":{}',
    b',"v":1}',
    b'"',
    b"[]",
]


@st.composite
def objects(draw: st.DrawFn) -> str:
    keys = draw(st.lists(st.sampled_from(KEYS) | st.sampled_from(ESCAPED_KEYS), max_size=5))
    if draw(st.integers(0, 9)):
        keys = list(dict.fromkeys(keys))
    written = {"ts": TIMES, "seq": SEQUENCES}
    fields = [f'"{key}":{draw(st.sampled_from(written.get(key, VALUES)))}' for key in keys]
    return "{" + draw(st.sampled_from([",", ",", ",", ", ", ",\n", ",\r", ",,"])).join(fields) + "}"


@st.composite
def uploads(draw: st.DrawFn) -> str:
    return "[" + ",".join(draw(st.lists(objects() | st.sampled_from(VALUES), max_size=4))) + "]"


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    payload = draw(objects() | uploads()).encode()
    place = draw(st.integers(0, len(payload) - 1))
    junk = draw(
        st.sampled_from([b"", b"\xff", b"\xed\xa0\x80", b"{", b"}", b'"', b"\n", b"\0", b" ", b"\\", b"\xef\xbb\xbf"])
    )
    return payload[:place] + junk + payload[place + draw(st.integers(0, 1)) :]


@st.composite
def alike(draw: st.DrawFn) -> bytes:
    """What a healthy device sends, so that whole batches of one shape come about."""
    fields: dict[str, object] = {
        "ts": draw(st.integers(-(10**18), 10**18)),
        "v": draw(st.floats(allow_nan=False) | st.booleans()),
    }
    for key, values in {"b": st.floats(-50, 50), "seq": st.integers(0, 9), "name": st.text(max_size=3)}.items():
        if draw(st.booleans()):
            fields[key] = draw(values)
    return json.dumps(fields, ensure_ascii=False).replace("Infinity", "1e999").encode("utf-8", "surrogatepass")


payloads = st.one_of(
    alike(), alike(), objects().map(str.encode), uploads().map(str.encode), damaged(), st.sampled_from(BROKEN)
)
batches = st.lists(payloads, max_size=8)
