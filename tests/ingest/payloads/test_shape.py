import json
from typing import Any

import msgspec
import pytest

from ingest.payloads.one_message import FieldRules, Record, record
from ingest.payloads.shape import MAX_NAME, Shape


def learned(*documents: dict[str, Any], rules: FieldRules | None = None) -> Shape:
    shape = Shape(rules or FieldRules())
    for document in documents:
        learn(shape, document)
    return shape


def learn(shape: Shape, document: dict[str, Any]) -> bool:
    found = record(document, shape.rules)
    assert isinstance(found, Record)
    # A field counts from its second sight on.
    return any([shape.learn(found.leaves), shape.learn(found.leaves)])


def takes(shape: Shape, payload: str) -> bool:
    structure, _ = shape.build()
    try:
        msgspec.json.decode(payload, type=structure)
    except msgspec.ValidationError:
        return False
    return True


def test_a_shape_changes_with_a_new_field_or_a_new_type_only() -> None:
    shape = learned()
    assert learn(shape, {"v": 1})
    assert not learn(shape, {"v": 2.5})
    assert learn(shape, {"v": True})
    assert learn(shape, {"v": 1, "w": 1})
    assert not learn(shape, {"w": 7})


def test_a_name_that_is_seen_once_is_no_part_of_the_shape() -> None:
    shape = learned({"v": 1})
    for number in range(5000):
        found = record({"v": 1, f"made_up_{number}": 1}, shape.rules)
        assert isinstance(found, Record)
        assert not shape.learn(found.leaves)
    assert list(shape.roles) == [("v",)]
    assert len(shape._met) <= 4 * 256 + 2


def test_the_time_comes_first_and_says_which_leaf_is_a_quantity() -> None:
    _, leaves = learned({"v": 1, "t": "text", "o": {"b": True}, "seq": 1, "ts": 5}).build()
    assert leaves[0].path == ("ts",)
    assert {".".join(leaf.path): leaf.quantity for leaf in leaves} == {
        "ts": None,
        "v": "v",
        "t": None,
        "seq": None,
        "o.b": "o.b",
    }


def test_the_structure_takes_only_the_types_that_were_seen() -> None:
    shape = learned({"number": 1, "text": "x", "flag": True, "nothing": None, "l": ["x"], "v": 1})
    assert takes(shape, '{"number":2.5,"text":"y","flag":false,"nothing":null,"l":[]}')
    for refused in [
        '{"number":"1"}',
        '{"text":1}',
        '{"flag":1}',
        '{"nothing":1}',
        '{"number":null}',
        '{"v":[1]}',
        '{"l":1}',
    ]:
        assert not takes(shape, refused)


def test_a_time_is_taken_in_each_of_its_forms() -> None:
    shape = learned({"ts": 1, "v": 1})
    for written in ["1", "1.5", '"2023-11-14T22:13:20Z"', "null", "-9214148664817920225"]:
        assert takes(shape, f'{{"ts":{written}}}')
    for written in ["true", "[1]", '{"s":1}']:
        assert not takes(shape, f'{{"ts":{written}}}')


@pytest.mark.parametrize(
    "misfit",
    [
        {"v": 1, "o": 5},
        {"v": 1, "o": {"x": {"y": 1}}},
        {"v": 1, "o.x": 5},
        {"v": 1, 'quo"te': 5},
        {"v": 1, "back\\slash": 5},
        {"v": 1, "tab\t": 5},
        {"v": 1, "n" * (MAX_NAME + 1): 5},
        {"v": 1} | {f"f{number}": "x" for number in range(255)},
    ],
)
def test_a_message_that_does_not_fit_leaves_the_shape_as_it_was(misfit: dict[str, Any]) -> None:
    shape = learned({"v": 1, "o": {"x": 1}})
    before = {path: set(roles) for path, roles in shape.roles.items()}
    assert not learn(shape, misfit)
    assert shape.roles == before
    assert takes(shape, json.dumps({"v": 1, "o": {"x": 1}}))


def test_an_object_may_gain_fields_but_a_value_never_becomes_one() -> None:
    shape = learned({"o": {"x": 1}, "v": 1})
    assert learn(shape, {"o": {"y": {"z": 1}}})
    assert not learn(shape, {"o": {"y": 1}, "w": 1})
    assert not learn(shape, {"v": {"x": 1}})


def test_a_flood_of_names_is_remembered_up_to_256_fields() -> None:
    shape = learned(*({f"made_up_{number}": 1} for number in range(1000)))
    assert len(shape.roles) == 256
    _, leaves = shape.build()
    assert len(leaves) == 256


def test_renamed_fields_name_the_quantity_and_ignored_ones_none() -> None:
    rules = FieldRules(renamed={"temp": "temperature"}, ignored=frozenset({"fw"}))
    _, leaves = learned({"temp": 1, "fw": 2, "v": 3}, rules=rules).build()
    assert [leaf.quantity for leaf in leaves] == ["temperature", None, "v"]
