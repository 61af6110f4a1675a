"""Why nothing came of a command, as officers read it in their own language."""

from typing import Any

import pytest

from alerts.actuation.command_state import Denied
from alerts.causes import Cause, Code
from alerts.texts.causes import cause_text
from config.language import LANGUAGES, open_language
from tests.alerts.actuation.commanded import MINUTE_NS

NAMES = {"siren-1": "Sirene Dengok", "barrier-1": "Palang Kapas"}
LEVEL = {"indicator": "water_level", "when": "<", "value": 300.0}


def told(code: str, language: str, **facts: Any) -> str:
    cause = Cause(code, {"command": "on", "actuator": "siren-1", **facts})
    return cause_text(cause, open_language(language), lambda actuator: NAMES.get(actuator, actuator))


@pytest.mark.parametrize(
    ("code", "facts", "english", "indonesian"),
    [
        (Code.NOT_SENT, {}, "it could not be sent", "perintah tidak dapat dikirim"),
        (
            Code.NOT_DONE,
            {"said": "relay stuck"},
            "the device did not do it (relay stuck)",
            "alat tidak melaksanakannya (relay stuck)",
        ),
        (Code.NOT_DONE, {"said": ""}, "the device did not do it", "alat tidak melaksanakannya"),
        (
            Code.UNCONFIRMED,
            {},
            "it was sent, and the device did not confirm it",
            "sudah dikirim, tetapi alat tidak memberi konfirmasi",
        ),
        (
            Code.UNKNOWN_WHETHER_SENT,
            {},
            "whether it was sent is not known, and the device did not confirm it",
            "tidak diketahui apakah sudah terkirim, dan alat tidak memberi konfirmasi",
        ),
        (
            Code.UNPROVEN,
            {**LEVEL, "figure": 310.0},
            "the device confirmed it, but nothing changed: water level is 310 cm, and must be below 300 cm",
            "sudah dikonfirmasi, tetapi tidak ada perubahan: tinggi muka air 310 cm, seharusnya di bawah 300 cm",
        ),
        (
            Code.PROOF_GONE,
            {},
            "the device confirmed it, but whether anything changed is not known",
            "sudah dikonfirmasi, tetapi tidak diketahui apakah ada perubahan",
        ),
        (
            Denied.UNKNOWN,
            {},
            "refused, the device or the command is not configured",
            "ditolak, alat atau perintah itu tidak ada dalam konfigurasi",
        ),
        (
            Denied.NOT_ALLOWED,
            {},
            "refused, whoever asked for it may not command the device",
            "ditolak, pemberi perintah tidak berwenang atas alat itu",
        ),
        (
            Denied.BACKLOG,
            {"late_ns": 20 * MINUTE_NS},
            "refused, it was known here only 20 min later",
            "ditolak, kejadiannya baru diketahui 20 menit kemudian",
        ),
        (
            Denied.WITHDRAWN,
            {},
            "refused, data that came late took the alert back",
            "ditolak, peringatan dibatalkan oleh data yang datang terlambat",
        ),
        (
            Denied.PLANNED_WORKS,
            {},
            "refused, planned works are going on",
            "ditolak, sedang ada pekerjaan terencana",
        ),
        (
            Denied.HELD,
            {"alert": 7, "wants": "off"},
            "refused, alert no. 7 still needs off",
            "ditolak, peringatan no. 7 masih memerlukan off",
        ),
        (
            Denied.ALREADY,
            {"alert": 7},
            "refused, alert no. 7 asked for the same",
            "ditolak, peringatan no. 7 sudah meminta hal yang sama",
        ),
        (
            Denied.INTERLOCK,
            {"other": "barrier-1", "did": "open", "why": "cars"},
            "refused, an interlock keeps it back: Palang Kapas has, or may have, carried out open (cars)",
            "ditolak, tertahan oleh pengaman: Palang Kapas telah atau mungkin telah menjalankan open (cars)",
        ),
        (
            Denied.INTERLOCK,
            {**LEVEL, "why": ""},
            "refused, an interlock keeps it back: water level is not known, and must be below 300 cm",
            "ditolak, tertahan oleh pengaman: tinggi muka air tidak diketahui, seharusnya di bawah 300 cm",
        ),
        (
            Denied.INTERLOCK,
            {**LEVEL, "figure": 310.0, "why": ""},
            "refused, an interlock keeps it back: water level is 310 cm, and must be below 300 cm",
            "ditolak, tertahan oleh pengaman: tinggi muka air 310 cm, seharusnya di bawah 300 cm",
        ),
        (
            Denied.RATE,
            {"most": 6, "within_ns": 60 * MINUTE_NS},
            "refused, at most 6 commands within 1 h are allowed",
            "ditolak, paling banyak 6 perintah dalam 1 jam",
        ),
        (
            Denied.APART,
            {"apart_ns": 5 * MINUTE_NS},
            "refused, commands must be at least 5 min apart",
            "ditolak, jarak antarperintah paling sedikit 5 menit",
        ),
        (Denied.BUSY, {}, "refused, another command is under way", "ditolak, perintah lain sedang berjalan"),
        (
            Denied.OVERTAKEN,
            {},
            "refused, the alert has ended, or another command came",
            "ditolak, peringatan sudah berakhir atau ada perintah lain",
        ),
    ],
)
def test_each_reason_has_words_in_both_languages(
    code: str, facts: dict[str, Any], english: str, indonesian: str
) -> None:
    assert told(code, "en", **facts) == f"on to Sirene Dengok: {english}"
    assert told(code, "id", **facts) == f"on ke Sirene Dengok: {indonesian}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_reason_is_told_by_its_code(language: str) -> None:
    facts = {"late_ns": 1, "within_ns": 1, "apart_ns": 1, "alert": 1, "wants": "off", "most": 1, "who": "ayu"}
    for code in (*Denied, *Code):
        assert code.value not in told(code, language, **facts).split(": ")[1].split(", ")


def test_the_end_of_the_hours_is_no_command() -> None:
    assert cause_text(Cause(Code.OUTSIDE_HOURS), open_language("id"), str) == "di luar jam berlakunya aturan"
    assert cause_text(Cause(Code.OUTSIDE_HOURS), open_language("en"), str) == "outside the hours of the rule"


def test_a_code_of_a_newer_version_is_told_as_it_is() -> None:
    assert told("struck_by_lightning", "id") == "on ke Sirene Dengok: struck_by_lightning"
