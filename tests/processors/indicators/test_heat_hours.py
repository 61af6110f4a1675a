"""Hours of the day in which it was dangerously hot, through a processor."""

from config.indicator_rules import IndicatorRules
from config.settings import Device
from tests.processors.indicators.recorded_city import HOUR_NS, RecordedCity, at


def station() -> Device:
    return Device(id="W1", kind="weather", zone="kota", every=HOUR_NS)


def test_hours_of_danger_are_counted_from_midnight() -> None:
    city = RecordedCity("weather", [station()])
    midnight = at("2025-11-22 00:00")
    counted = {}
    for hour in range(27):
        hot = 12 <= hour % 24 < 16
        city.hear("W1", midnight + hour * HOUR_NS + 1, temperature=33.0 if hot else 26.0, humidity=80.0)
        counted[hour] = city.figures("heat_danger_hours", "kota")
    assert city.value("heat_danger_hours", "kota") == 0
    before = max(end for end in counted[23] if end <= midnight + 23 * HOUR_NS)
    assert counted[23][before] == (4, 1, 1)
    assert counted[14][max(counted[14])][0] == 2


def test_an_hour_at_39_degrees_is_a_hot_one_and_danger_is_configured() -> None:
    def counted(temperature: float, rules: IndicatorRules) -> float:
        city = RecordedCity("weather", [station()], rules=rules)
        for hour in range(3):
            city.hear("W1", at("2025-11-22 10:00") + hour * HOUR_NS, temperature=temperature, humidity=70.0)
        return city.value("heat_danger_hours", "kota")

    assert counted(32.0, IndicatorRules()) == 2
    assert counted(31.0, IndicatorRules()) == 0
    assert counted(32.0, IndicatorRules(heat_risk=(80, 90, 105, 130))) == 0
