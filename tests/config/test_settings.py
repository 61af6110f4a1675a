import pytest
from pydantic import ValidationError

from config.settings import Quantity, Settings, Source, StoreSettings, Window, Windows, Zone

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
