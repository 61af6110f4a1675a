import pytest

from config.default_kinds import DEFAULT_KINDS, effective_kinds
from config.indicator_rules import IndicatorRules
from config.settings import Kind, Quantity, Settings

TWO = IndicatorRules(us_aqi_above_300="two")


def test_the_six_kinds_of_the_contract_are_known_and_some_that_cities_also_have():
    six = {"parking", "traffic", "air", "noise", "water", "weather"}
    assert set(DEFAULT_KINDS) == {*six, "pm", "light", "bin", "satisfaction"}


def test_speeds_have_a_harmonic_mean_and_an_85th_percentile():
    speed = DEFAULT_KINDS["traffic"].quantities["speed"]
    assert (speed.harmonic, speed.percentiles, speed.min, speed.max) == (True, (85,), 0, 250)


def test_levels_and_angles_are_not_averaged_as_gauges():
    assert DEFAULT_KINDS["noise"].quantities["laeq"].kind == "level"
    assert DEFAULT_KINDS["weather"].quantities["wind_direction"].kind == "angle"


@pytest.mark.parametrize(("kind", "entry"), DEFAULT_KINDS.items())
def test_percentiles_have_the_range_their_histogram_needs(kind, entry):
    for name, quantity in entry.quantities.items():
        if quantity.percentiles:
            assert quantity.min is not None, (kind, name)
            assert quantity.max is not None, (kind, name)
            assert quantity.min < quantity.max


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("air", "pm25", 994.0),  # Beijing, January 2010, and far higher in peat fire haze
        ("air", "pm10", -1.7),  # a reference station near zero
        ("air", "co", 45_000),
        ("noise", "laeq", 31.2),
        ("water", "level_cm", 1_048),
        ("traffic", "speed", 0),
        ("bin", "temperature", 70),  # in the sun
        ("light", "energy_kwh", 250_000),
    ],
)
def test_a_range_keeps_real_extremes(kind, name, value):
    quantity = DEFAULT_KINDS[kind].quantities[name]
    assert quantity.min is None or quantity.min <= value
    assert quantity.max is None or value <= quantity.max


def test_a_configured_quantity_replaces_the_usual_one_and_leaves_the_others():
    settings = Settings(kinds={"traffic": Kind(every=5, quantities={"speed": Quantity(unit="mph", max=150)})})
    traffic = effective_kinds(settings)["traffic"]
    assert traffic.quantities["speed"] == Quantity(unit="mph", max=150)
    assert traffic.quantities["vehicle_count"] == DEFAULT_KINDS["traffic"].quantities["vehicle_count"]
    assert traffic.every == 5
    assert effective_kinds(Settings())["traffic"] == DEFAULT_KINDS["traffic"]


def test_what_else_is_configured_of_a_usual_kind_holds():
    air = effective_kinds(Settings(kinds={"air": Kind(priority="low", indicators=TWO)}))["air"]
    assert (air.priority, air.indicators.us_aqi_above_300) == ("low", "two")
    assert air.quantities == DEFAULT_KINDS["air"].quantities


def test_a_new_kind_stands_beside_the_usual_ones():
    settings = Settings(kinds={"lamp": Kind(quantities={"power": Quantity(unit="W")})})
    assert set(effective_kinds(settings)) == {*DEFAULT_KINDS, "lamp"}
