import logging
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.causes import Cause, Code
from alerts.consequences import Card, Count, Notice, Reason
from alerts.texts.rendering import SHIPPED, Texts
from config.durations import UNITS_NS
from config.language import LANGUAGES
from config.settings import Settings

FIRED_NS = 1_795_331_100 * UNITS_NS["s"]
"""2026-11-22 14:05 in Jakarta."""
SIREN = "The siren at Dengok has not answered within 30 s"
CITY = Settings.model_validate(
    {
        "rules": [
            {
                "id": "siaga-2",
                "indicator": "water_siaga_held",
                "size": "1m",
                "when": "<=",
                "enter": 2,
                "severity": "critical",
                "title": {"id": "Siaga 2 Bengawan Solo", "en": "Siaga 2 of the Bengawan Solo"},
                "advice": {"id": "Hubungi BPBD di 112.", "en": "Call BPBD at 112."},
            },
            {
                "id": "battery",
                "unit": "%",
                "kind": "air",
                "field": "battery_last",
                "size": "15m",
                "when": "<",
                "enter": 20,
            },
            {"id": "gate", "kind": "water", "quantity": "level_cm", "when": ">=", "enter": 340},
            {"id": "both", "all": ["siaga-2", "battery"], "size": "1m"},
        ],
        "zones": [{"id": "bojonegoro", "name": "Bojonegoro"}],
        "channels": [{"id": "sms", "kind": "apprise", "text": "short"}],
    }
)
TEXTS = Texts(CITY)


def flood(**other: object) -> Card:
    card = Card(
        number=7,
        rule="siaga-2",
        severity="critical",
        city="bjn",
        zone="bojonegoro",
        zone_name="Bojonegoro",
        figure="water_siaga_held",
        value=1.0,
        when="<=",
        limit=2.0,
        coverage=0.75,
        fired_ns=FIRED_NS,
        learned_ns=FIRED_NS + 2 * UNITS_NS["s"],
        link="https://denyut.example.go.id/alerts/7",
    )
    return replace(card, **other)


def battery(**other: object) -> Card:
    device = {"zone": "kapas", "zone_name": "Kapas", "kind": "air", "device": "aq-07", "device_name": "Stasiun Kapas"}
    figure = {"figure": "battery_last", "value": 17.5, "unit": "%", "when": "<", "limit": 20.0, "coverage": 1.0}
    card = flood(number=8, rule="battery", severity="warning", link="", **device, **figure)
    return replace(card, **other)


def notice(reason: Reason, *cards: Card, **other: object) -> Notice:
    first = Notice(
        number=1,
        at_ns=FIRED_NS + 5 * UNITS_NS["s"],
        reason=reason,
        severity="critical",
        channel="telegram",
        language="id",
        cards=cards,
        alerts=tuple(card.number for card in cards),
    )
    return replace(first, **other)


def test_an_alert_is_told_in_indonesian_with_figure_limit_coverage_place_time_advice_number_and_link() -> None:
    text = TEXTS.render(notice(Reason.FIRING, flood()))
    assert text.title == "KRITIS: Siaga 2 Bengawan Solo, Bojonegoro"
    assert text.body.splitlines() == [
        "Status muka air: Siaga 1 (batas: Siaga 2 atau lebih buruk; cakupan data 75%)",
        "Lokasi: Bojonegoro",
        "Sejak: 14.05 WIB",
        "Tindakan: Hubungi BPBD di 112.",
        "Peringatan no. 7 https://denyut.example.go.id/alerts/7",
    ]


def test_the_same_alert_is_told_in_english() -> None:
    text = TEXTS.render(notice(Reason.FIRING, flood(), language="en"))
    assert text.title == "CRITICAL: Siaga 2 of the Bengawan Solo, Bojonegoro"
    assert text.body.splitlines() == [
        "Water stage: Siaga 1 (limit: Siaga 2 or worse; data coverage 75%)",
        "Place: Bojonegoro",
        "Since: 14:05 WIB",
        "What to do: Call BPBD at 112.",
        "Alert no. 7 https://denyut.example.go.id/alerts/7",
    ]


def test_an_alert_of_a_device_names_it_and_its_zone_and_writes_numbers_as_the_language_does() -> None:
    text = TEXTS.render(notice(Reason.FIRING, battery(), severity="warning"))
    assert text.title == "PERINGATAN: Daya baterai di bawah 20%, Stasiun Kapas (aq-07), Kapas"
    assert text.body.splitlines()[:2] == [
        "Daya baterai: 17,5% (batas: di bawah 20%; cakupan data 100%)",
        "Lokasi: Stasiun Kapas (aq-07), Kapas",
    ]


def test_what_was_learned_much_later_than_it_began_says_so() -> None:
    late = flood(learned_ns=FIRED_NS + 12 * UNITS_NS["m"])
    assert "Sejak: 14.05 WIB (diketahui 14.17 WIB)" in TEXTS.render(notice(Reason.FIRING, late)).body


def test_an_alert_of_yesterday_has_its_date() -> None:
    body = TEXTS.render(notice(Reason.ESCALATED, flood(fired_ns=FIRED_NS - UNITS_NS["d"]), language="en")).body
    assert "Since: 21 Nov 14:05 WIB" in body


def test_an_unknown_value_is_said_to_be_unknown() -> None:
    assert "Status muka air: tidak diketahui" in TEXTS.render(notice(Reason.FIRING, flood(value=None))).body


def test_a_rule_of_rules_has_no_value_to_tell() -> None:
    text = TEXTS.render(notice(Reason.FIRING, flood(rule="both", value=1.0, limit=0.5, when=">"), language="en"))
    assert text.title == "CRITICAL: Siaga 2 of the Bengawan Solo and battery charge below 20%, Bojonegoro"
    assert text.body.splitlines()[0] == "Place: Bojonegoro"


@pytest.mark.parametrize(
    ("reason", "title", "line"),
    [
        (
            Reason.ESCALATED,
            "BELUM DITANGGAPI, KRITIS: Siaga 2 Bengawan Solo, Bojonegoro",
            "Belum ada petugas yang menanggapi. Mohon segera ditindaklanjuti.",
        ),
        (
            Reason.ASSIGNED,
            "TUGAS, KRITIS: Siaga 2 Bengawan Solo, Bojonegoro",
            "Peringatan ini ditugaskan kepada Anda.",
        ),
        (
            Reason.STALE,
            "TANPA DATA: Siaga 2 Bengawan Solo, Bojonegoro",
            "Data tidak lagi diterima. Keadaan saat ini tidak diketahui dan peringatan tetap berlaku."
            " Mohon periksa lokasi dan perangkatnya.",
        ),
        (
            Reason.CALM,
            "KEMBALI STABIL: Siaga 2 Bengawan Solo, Bojonegoro",
            "Keadaan ini tidak lagi berubah-ubah dan telah berakhir. Pemberitahuan berjalan seperti biasa kembali.",
        ),
        (Reason.RESOLVED, "SELESAI: Siaga 2 Bengawan Solo, Bojonegoro", "Peringatan ini telah berakhir."),
        (
            Reason.WITHDRAWN,
            "DIBATALKAN: Siaga 2 Bengawan Solo, Bojonegoro",
            "Data yang datang terlambat menunjukkan bahwa keadaan tersebut tidak terjadi."
            " Tidak diperlukan tindakan lagi.",
        ),
        (
            Reason.FLAPPING,
            "BERUBAH-UBAH: Siaga 2 Bengawan Solo, Bojonegoro",
            "Keadaan ini berulang kali muncul dan hilang. Pemberitahuan berikutnya ditahan sampai keadaan stabil."
            " Mohon periksa lokasi dan perangkatnya.",
        ),
    ],
)
def test_every_reason_has_words_of_its_own(reason: Reason, title: str, line: str) -> None:
    text = TEXTS.render(notice(reason, flood()))
    assert (text.title, text.body.splitlines()[0]) == (title, line)


def test_what_is_over_says_when_it_ended_and_how_long_it_lasted() -> None:
    ended = flood(ended_ns=FIRED_NS + 65 * UNITS_NS["m"], value=4.0)
    assert TEXTS.render(notice(Reason.RESOLVED, ended, language="en")).body.splitlines() == [
        "This alert is over.",
        "Water stage: normal",
        "Place: Bojonegoro",
        "Since: 14:05 WIB",
        "Ended: 15:10 WIB, after 1 h 5 min",
        "Alert no. 7 https://denyut.example.go.id/alerts/7",
    ]


def test_a_command_that_failed_says_which_and_why() -> None:
    text = TEXTS.render(notice(Reason.COMMAND_FAILED, flood(detail=SIREN), language="en"))
    assert text.title == "COMMAND FAILED: Siaga 2 of the Bengawan Solo, Bojonegoro"
    assert text.body.splitlines()[0] == f"A command to the street did not succeed: {SIREN}. Please act on site."


def test_alerts_of_one_group_are_told_line_by_line() -> None:
    text = TEXTS.render(notice(Reason.FIRING, flood(), flood(number=9, zone="kapas", zone_name="Kapas", value=2.0)))
    assert text.title == "KRITIS: 2 peringatan: Siaga 2 Bengawan Solo"
    assert text.body.splitlines() == [
        "- no. 7 Siaga 2 Bengawan Solo, Bojonegoro: Siaga 1, 14.05 WIB",
        "- no. 9 Siaga 2 Bengawan Solo, Kapas: Siaga 2, 14.05 WIB",
    ]


def test_of_a_large_group_the_first_five_are_told_and_the_others_counted() -> None:
    text = TEXTS.render(notice(Reason.FIRING, *[flood()] * 20, alerts=tuple(range(1, 501)), language="en"))
    assert text.title == "CRITICAL: 500 alerts"
    assert len(text.body.splitlines()) == 6
    assert text.body.splitlines()[-1] == "and 495 more."


def test_a_digest_counts_by_what_happened_rule_and_zone() -> None:
    counts = (Count(Reason.FIRING, "siaga-2", "bojonegoro", 12), Count(Reason.RESOLVED, "battery", "all", 1))
    digest = notice(Reason.DIGEST, flood(), alerts=tuple(range(1, 14)), counts=counts)
    text = TEXTS.render(digest)
    assert text.title == "RINGKASAN, KRITIS: 13 peringatan sampai 14.05 WIB"
    assert text.body.splitlines() == [
        "- 12 kali Siaga 2 Bengawan Solo, Bojonegoro (mulai)",
        "- 1 kali Daya baterai di bawah 20%, seluruh kota (selesai)",
    ]


def test_a_channel_for_sms_gets_one_line_of_plain_letters() -> None:
    for cards, line in (
        ([flood()], "KRITIS: Siaga 2 Bengawan Solo, Bojonegoro: Siaga 1, sejak 14.05 WIB. No. 7"),
        ([flood(), battery()], "KRITIS: 2 peringatan, a.l. Siaga 2 Bengawan Solo, Bojonegoro"),
    ):
        text = TEXTS.render(notice(Reason.FIRING, *cards, channel="sms"))
        assert (text.title, text.body) == ("", line)


HOSTILE = "@here <b>x</b>\n\n{{ 7*7 }} [a](http://evil.example) *!*"


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", ["telegram", "sms"])
def test_a_device_with_a_hostile_name_becomes_no_markup_and_no_line(
    reason: Reason, language: str, channel: str
) -> None:
    named = {"zone": HOSTILE, "zone_name": HOSTILE, "device": HOSTILE, "device_name": HOSTILE, "detail": HOSTILE}
    clean = dict.fromkeys(named, "x")
    hostile = TEXTS.render(notice(reason, battery(**named), language=language, channel=channel))
    ordinary = TEXTS.render(notice(reason, battery(**clean), language=language, channel=channel))
    told = f"{hostile.title}\n{hostile.body}"
    assert [
        mark for mark in ("@", "<", ">", "{", "}", "[", "]", "*", "://", "evil.example", "49") if mark in told
    ] == []
    assert len(hostile.body.splitlines()) == len(ordinary.body.splitlines())


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cards", [1, 20])
def test_every_text_that_ships_fits_a_phone(reason: Reason, language: str, cards: int) -> None:
    wide = "Wide name " * 30
    card = battery(
        title=wide,
        advice=wide,
        detail=wide,
        device=wide,
        device_name=wide,
        zone_name=wide,
        link="https://denyut.example.go.id/alerts/1234567890",
        ended_ns=FIRED_NS + 400 * UNITS_NS["d"],
        learned_ns=FIRED_NS + UNITS_NS["d"],
    )
    counts = (Count(Reason.FIRING, wide, wide, 10_000),) * 50 if reason is Reason.DIGEST else ()
    whole = notice(reason, *[card] * cards, language=language, counts=counts)
    text = TEXTS.render(whole)
    assert 0 < len(text.title) <= 80
    assert len(text.body) <= 600
    sms = TEXTS.render(replace(whole, channel="sms")).body
    assert len(sms) <= 160


@settings(max_examples=50, deadline=None)
@given(*[st.text(max_size=100)] * 3, st.sampled_from(Reason), st.sampled_from(LANGUAGES))
def test_whatever_names_come_there_is_a_text_of_few_lines(
    device: str, zone: str, detail: str, reason: Reason, language: str
) -> None:
    card = battery(device=device, device_name=device, zone=zone, zone_name=zone, detail=detail)
    text = TEXTS.render(notice(reason, card, language=language))
    assert text.title.isprintable()
    assert len(text.body.splitlines()) <= 8
    sms = TEXTS.render(notice(reason, card, language=language, channel="sms")).body
    assert sms.isascii()
    assert sms.isprintable()


def own(folder: Path, **files: str) -> Texts:
    for name, text in files.items():
        (folder / f"{name}.id.txt").write_text(text)
    return Texts(CITY.model_copy(update={"notification": CITY.notification.model_copy(update={"templates": folder})}))


def test_of_a_single_reading_no_coverage_is_told() -> None:
    gate = {"rule": "gate", "figure": "level_cm", "value": 352.0, "unit": "cm", "when": ">=", "limit": 340.0}
    told = TEXTS.render(notice(Reason.FIRING, flood(**gate, coverage=1.0)))
    assert told.body.splitlines()[0] == "Tinggi muka air: 352 cm (batas: 340 cm atau lebih)"


def test_a_template_of_the_city_takes_the_place_of_the_one_that_ships(tmp_path: Path) -> None:
    texts = own(tmp_path, firing="{{ alert.title | upper }}\n\nHubungi piket. {{ city }}, langkah {{ step }}.\n")
    text = texts.render(notice(Reason.FIRING, flood(), step=2))
    assert (text.title, text.body) == ("SIAGA 2 BENGAWAN SOLO", "Hubungi piket. city, langkah 2.")
    assert texts.render(notice(Reason.RESOLVED, flood())).title == "SELESAI: Siaga 2 Bengawan Solo, Bojonegoro"


def test_a_shared_part_of_the_city_stands_in_all_texts_that_use_it(tmp_path: Path) -> None:
    texts = own(tmp_path, _subject="[{{ alert.number }}]")
    assert texts.render(notice(Reason.STALE, flood())).title == "TANPA DATA: [7]"


def test_a_broken_template_of_the_city_costs_no_notice_and_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    texts = own(tmp_path, firing="{{ alert.titel }}", stale="{% if %}")
    with caplog.at_level(logging.WARNING):
        told = [texts.render(notice(Reason.FIRING, flood())).title for _ in range(3)]
    assert told == ["KRITIS: Siaga 2 Bengawan Solo, Bojonegoro"] * 3
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        f"the text firing.id.txt in {tmp_path} cannot be used, the shipped one is"
    ]
    assert texts.render(notice(Reason.STALE, flood())).title == "TANPA DATA: Siaga 2 Bengawan Solo, Bojonegoro"


def test_a_template_of_the_city_that_says_nothing_costs_no_notice(tmp_path: Path) -> None:
    texts = own(tmp_path, firing="{% if count > 1 %}{{ count }}{% endif %}")
    assert texts.render(notice(Reason.FIRING, flood())).title == "KRITIS: Siaga 2 Bengawan Solo, Bojonegoro"


def test_a_template_of_the_city_reaches_nothing_but_words(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    texts = own(tmp_path, firing="{{ alert.__class__.__mro__[1].__subclasses__() }}")
    with caplog.at_level(logging.WARNING):
        assert texts.render(notice(Reason.FIRING, flood())).title == "KRITIS: Siaga 2 Bengawan Solo, Bojonegoro"
    assert "unsafe" in caplog.text


def test_there_is_a_text_for_every_reason_in_every_language() -> None:
    stems = {*(reason.value for reason in Reason), "short", "_subject", "_alerts", "_ended"}
    assert {path.name for path in SHIPPED.iterdir()} == {f"{stem}.{code}.txt" for stem in stems for code in LANGUAGES}


def test_a_rule_that_is_gone_is_told_by_its_id() -> None:
    gone = flood(rule="old_rule", figure="old_figure", unit="cm")
    text = TEXTS.render(notice(Reason.FIRING, gone, language="en"))
    assert text.title == "CRITICAL: old_rule, Bojonegoro"
    assert text.body.splitlines()[0] == "Old figure: 1 cm (limit: 2 cm or less; data coverage 75%)"


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "id",
            "Perintah ke alat di lapangan tidak berhasil: on ke siren: sudah dikirim, tetapi alat tidak memberi"
            " konfirmasi. Mohon ditangani langsung di lokasi.",
        ),
        (
            "en",
            "A command to the street did not succeed: on to siren: it was sent, and the device did not confirm it."
            " Please act on site.",
        ),
    ],
)
def test_why_a_command_failed_is_told_in_the_language_of_the_reader(language: str, line: str) -> None:
    cause = Cause(Code.UNCONFIRMED, {"command": "on", "actuator": "siren"})
    text = TEXTS.render(notice(Reason.COMMAND_FAILED, flood(cause=cause), language=language))
    assert text.body.splitlines()[0] == line


@pytest.mark.parametrize(
    ("language", "note"),
    [("id", "Keterangan: di luar jam berlakunya aturan"), ("en", "Note: outside the hours of the rule")],
)
def test_why_an_alert_ended_is_told_where_its_figure_does_not_say_it(language: str, note: str) -> None:
    text = TEXTS.render(notice(Reason.RESOLVED, flood(cause=Cause(Code.OUTSIDE_HOURS)), language=language))
    assert note in text.body.splitlines()
