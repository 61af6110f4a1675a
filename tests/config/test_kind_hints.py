from config.alert_rules import Rule
from config.duty import Maintenance, Office
from config.kind_hints import kinds_without_devices, near_kinds
from config.settings import Device, Kind, Settings, Source, Window, Windows


def test_indonesian_words_for_usual_kinds_are_known() -> None:
    settings = Settings(
        devices=(Device(id="1", kind="Parkir"), Device(id="2", kind="cuaca"), Device(id="3", kind="air"))
    )
    assert near_kinds(settings) == [
        ("device '1'", "Parkir", "parking"),
        ("device '2'", "cuaca", "weather"),
    ]


def test_the_usual_kinds_and_new_words_give_no_hint():
    settings = Settings(kinds={"lamp": Kind(), "waste": Kind(), "air": Kind()}, sources=(Source(kind="fire"),))
    assert near_kinds(settings) == []


def test_a_kind_that_is_nearly_a_usual_one_is_named_once():
    settings = Settings(
        devices=(Device(id="1", kind="parkng"), Device(id="2", kind="parkng")),
        offices=(Office(id="dlh", kinds=("Noise",)),),
        windows=Windows(sizes=(Window(size=60_000_000_000, kinds=("trafic",)),)),
    )
    assert near_kinds(settings) == [
        ("device '2'", "parkng", "parking"),
        ("office 'dlh'", "Noise", "noise"),
        ("windows.sizes[0]", "trafic", "traffic"),
    ]


def test_the_kind_of_planned_works_is_looked_at_too():
    works = Maintenance(id="paint", kinds=("parkng",))
    assert near_kinds(Settings(maintenance=(works,))) == [("maintenance 'paint'", "parkng", "parking")]


HYDRANTS = tuple(Device(id=f"H-{number}", kind="hydrant") for number in range(3))


def low(kind: str, field: str = "pressure_mean") -> Rule:
    return Rule(id="low", kind=kind, field=field, size="1m", when="<", enter=2)


def test_a_kind_that_is_nearly_one_that_has_devices_is_named():
    office = Office(id="damkar", kinds=("hidrant", "hydrant"))
    assert near_kinds(Settings(devices=HYDRANTS, rules=(low("hydrat"),), offices=(office,))) == [
        ("office 'damkar'", "hidrant", "hydrant"),
        ("rule 'low'", "hydrat", "hydrant"),
    ]


def test_a_table_of_quantities_for_a_kind_that_is_nearly_one_that_has_devices_is_named():
    settings = Settings(devices=HYDRANTS, kinds={"hydrants": Kind()}, rules=(low("hydrants"),))
    assert near_kinds(settings) == [("rule 'low'", "hydrants", "hydrant")]


def test_kinds_that_have_devices_are_as_they_are_called():
    lamps = (Device(id="L-1", kind="lamp"), Device(id="L-2", kind="lamps"))
    assert near_kinds(Settings(devices=lamps, rules=(low("lamp"), low("lamps")))) == []


def test_a_rule_about_a_kind_that_nothing_is_of_is_told_where_devices_are_registered():
    assert kinds_without_devices(Settings(devices=HYDRANTS, rules=(low("tram"),))) == [
        "rule 'low': no device of kind 'tram' is registered"
    ]
    assert kinds_without_devices(Settings(rules=(low("tram"),))) == []


def test_a_rule_about_a_usual_a_configured_or_a_misspelt_kind_is_not_told_to_have_no_devices():
    settings = Settings(devices=HYDRANTS, kinds={"tram": Kind()})
    for kind in ("air", "tram", "hydrant", "hydrat"):
        assert kinds_without_devices(settings.model_copy(update={"rules": (low(kind),)})) == []
