"""Where it is, as officers read it: zones that nobody configures, devices that nobody registered, nothing at all."""

import pytest

from alerts.consequences import Reason
from tests.alerts.texts.test_rendering import TEXTS, battery, flood, notice


@pytest.mark.parametrize(
    ("zone", "language", "place"),
    [
        ("all", "id", "seluruh kota"),
        ("all", "en", "whole city"),
        ("unassigned", "id", "perangkat tanpa zona"),
        ("unassigned", "en", "devices without a zone"),
        ("denyut", "id", "server Denyut"),
        ("denyut", "en", "the Denyut server"),
    ],
)
def test_a_zone_that_nobody_configures_is_told_in_words(zone: str, language: str, place: str) -> None:
    text = TEXTS.render(notice(Reason.FIRING, flood(zone=zone, zone_name=""), language=language))
    assert text.title.endswith(f", {place}")
    assert text.body.splitlines()[1].endswith(f": {place}")


def test_of_a_device_that_nobody_registered_only_its_id_is_told() -> None:
    card = battery(zone="unassigned", zone_name="", device_name="")
    assert TEXTS.render(notice(Reason.FIRING, card)).body.splitlines()[1] == "Lokasi: aq-07"
    sms = TEXTS.render(notice(Reason.FIRING, card, channel="sms")).body
    assert sms == "KRITIS: Daya baterai di bawah 20%, aq-07: 17,5%, sejak 14.05 WIB. No. 8"
    many = TEXTS.render(notice(Reason.FIRING, card, card)).body.splitlines()
    assert many[0] == "- no. 8 Daya baterai di bawah 20%, aq-07: 17,5%, 14.05 WIB"


@pytest.mark.parametrize("reason", [Reason.FIRING, Reason.RESOLVED, Reason.CALM])
@pytest.mark.parametrize("channel", ["telegram", "sms"])
def test_an_alert_without_a_place_leaves_no_empty_words(reason: Reason, channel: str) -> None:
    for cards in ([flood(zone="", zone_name="")], [flood(zone="", zone_name="")] * 2):
        text = TEXTS.render(notice(reason, *cards, channel=channel))
        assert ", :" not in f"{text.title}\n{text.body}"
        assert not any(line.endswith((":", ",")) for line in (text.title, *text.body.splitlines()))
