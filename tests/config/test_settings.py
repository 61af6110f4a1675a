import pytest
from pydantic import ValidationError

from config.alert_rules import Rule
from config.settings import Device, Quantity, Settings, Source, StoreSettings, Window, Windows, Zone

SECOND = 1_000_000_000


def test_the_default_windows_are_those_of_the_contract():
    windows = Settings().windows
    assert [(window.size, window.hop) for window in windows.sizes] == [
        (10 * SECOND, None),
        (60 * SECOND, None),
        (900 * SECOND, None),
    ]
    assert (windows.delay, windows.lateness) == (2 * SECOND, 900 * SECOND)


def test_the_default_topics_are_those_of_the_contract():
    (source,) = Settings().sources
    assert (source.topics, source.topic) == (("city/#",), "city/{city}/{kind}/{device}/#")
    assert (source.broker, source.qos, source.time_field) == ("mqtt://127.0.0.1:1883", 1, "ts")


def test_in_python_a_duration_is_nanoseconds_or_text():
    assert Window(size=10 * SECOND).size == 10 * SECOND
    assert Window.model_validate({"size": "10s"}).size == 10 * SECOND
    assert Windows(lateness=0).lateness == 0


@pytest.mark.parametrize("size", [0, -1, "0s"])
def test_a_window_has_a_size(size):
    with pytest.raises(ValidationError):
        Window.model_validate({"size": size})


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"sizes": [{"size": "0.0000001s"}]}, "must be at least 1s, not 100ns"),
        ({"sizes": [{"size": "999ms"}]}, "must be at least 1s, not 999ms"),
        ({"sizes": [{"size": "1.001s"}]}, "must be a multiple of 100ms, not 1001ms"),
        ({"sizes": [{"size": "10s", "hop": "0.1s"}]}, "must be at least 1s, not 100ms"),
        ({"ahead": "10ms"}, "must be at least 1s, not 10ms"),
        ({"ahead": "36500d"}, "must be at most 24h, not 36500d"),
        ({"delay": "2d"}, "must be at most 24h, not 2d"),
        ({"lateness": "367d"}, "must be at most 366d, not 367d"),
    ],
)
def test_windows_are_not_so_short_nor_kept_so_long_that_no_memory_holds_them(setting, said):
    with pytest.raises(ValidationError, match=said):
        Windows.model_validate(setting)


def test_the_shortest_windows_and_the_longest_waits_are_taken():
    windows = Windows.model_validate(
        {"sizes": [{"size": "1s"}, {"size": "1.5s"}], "ahead": "24h", "delay": "24h", "lateness": "366d"}
    )
    assert [window.size for window in windows.sizes] == [SECOND, 3 * SECOND // 2]
    assert Windows.model_validate({"ahead": "1s", "delay": "0s"}).delay == 0


@pytest.mark.parametrize(
    ("section", "values", "key"),
    [
        (Device, {"id": "P1", "kind": "parking", "capacity": True}, "capacity"),
        (Windows, {"memory": True}, "memory"),
        (Windows, {"anomaly_series": False}, "anomaly_series"),
        (Source, {"qos": True}, "qos"),
        (Quantity, {"min": False, "max": 3}, "min"),
        (Quantity, {"min": 0, "max": 3, "percentiles": [50, True]}, "percentiles"),
        (Rule, {"id": "hot", "kind": "air", "field": "pm25_mean", "size": "1m", "enter": True}, "enter"),
    ],
)
def test_true_is_no_number(section, values, key):
    with pytest.raises(ValidationError) as refused:
        section.model_validate(values)
    (error,) = [error for error in refused.value.errors() if error["loc"] == (key,)]
    assert error["msg"].startswith("Value error, must be a number, not ")


def test_true_is_true_where_that_is_asked_for():
    assert Quantity(harmonic=True).harmonic
    assert Device(id="W1", kind="water", siaga_3_inclusive=False).siaga_3_inclusive is False


def test_secrets_are_masked_wherever_settings_are_shown():
    settings = Settings(sources=(Source(password="rahasia"),), store=StoreSettings(kind="influxdb2", token="rahasia"))
    assert "rahasia" not in repr(settings)
    assert "rahasia" not in str(settings.model_dump(mode="json"))
    token = settings.store.token
    assert token is not None
    assert token.get_secret_value() == "rahasia"


def test_settings_do_not_change_after_the_start():
    with pytest.raises(ValidationError, match="frozen"):
        setattr(Zone(id="kapas"), "name", "Kapas")  # noqa: B010 - a plain assignment is what mypy refuses


def test_a_source_subscribes_to_something():
    with pytest.raises(ValidationError, match="at least 1 item"):
        Source(topics=())


def test_a_state_is_a_whole_number_that_a_reading_can_have():
    assert Quantity(kind="state", states=(2**53,)).states == (2**53,)
    with pytest.raises(ValidationError, match="less than or equal to 9007199254740992"):
        Quantity(kind="state", states=(10**23,))
