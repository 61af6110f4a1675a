from dataclasses import replace

from config.language import open_language
from dashboard.live.alert_lines import happening_lines, panel
from dashboard.live.alert_scene import AlertScene
from dashboard.live.scene import Scene
from tests.dashboard.live.alert_scenes import ALERTS, FLOOD
from tests.dashboard.live.scenes import scene


def shown(alerts: AlertScene | None, width: int = 140, height: int = 40, language: str = "en") -> list[str]:
    return [line.plain for line in panel(with_alerts(alerts), open_language(language), width, height)]


def with_alerts(alerts: AlertScene | None) -> Scene:
    return replace(scene(), alerts=alerts)


def test_a_panel_says_what_is_wrong_where_since_when_whose_it_is_who_was_told_and_who_answered() -> None:
    assert shown(ALERTS) == [
        "Alerts: 2 firing of 5 · notices told: 2 · commands (dry run): 1",
        "Scripted: a gate of the Pacal dam opens; Kali Pacal, hulu rises 170 cm",
        " CRITICAL  Siaga 2: a flood threatens · Temayang",
        "   no. 3 · since 10:33:20 WIB · unanswered · Dinas Pekerjaan Umum Sumber Daya Air"
        " · told: Tono Wijaya, Fajar Kurniawan",
        " WARNING  Traffic is slow · Kapas",
        "   no. 4 · since 10:33:20 WIB · acknowledged by Agus Santoso · nobody told",
        "10:33:20 WIB → Tono Wijaya: CRITICAL: Siaga 2: a flood threatens, Temayang",
        "",
    ]


def test_eighty_columns_name_the_office_by_its_id_and_cut_nothing_off() -> None:
    lines = shown(ALERTS, 80, 24)
    assert lines[3] == "   10:33:20 WIB · unanswered · pu-sda · told: Tono Wijaya, Fajar Kurniawan"
    assert max(map(len, lines)) <= 80


def test_in_indonesian_the_panel_speaks_indonesian() -> None:
    lines = shown(ALERTS, 80, 24, "id")
    assert lines[:2] == [
        "Peringatan: 2 aktif dari 5 · pemberitahuan: 2 · perintah (uji coba): 1",
        "Skenario buatan: a gate of the Pacal dam opens; Kali Pacal, hulu rises 170 cm",
    ]
    assert lines[3] == "   10:33:20 WIB · belum ditanggapi · pu-sda · ke: Tono Wijaya, Fajar Kurniawan"


def test_an_alert_that_is_held_back_says_so() -> None:
    hidden = replace(ALERTS, firing=(replace(FLOOD, told=(), is_held_back=True),))
    assert shown(hidden, 80, 24)[3] == "   10:33:20 WIB · unanswered · pu-sda · held back"
    assert shown(hidden, 80, 24, "id")[3] == "   10:33:20 WIB · belum ditanggapi · pu-sda · ditahan"


def test_more_alerts_than_fit_are_counted() -> None:
    many = replace(ALERTS, firing=(FLOOD,) * 9)
    assert "  and 5 more" in shown(many)
    assert "  and 7 more" in shown(many, 80, 24)


def test_a_low_terminal_shows_the_numbers_alone() -> None:
    assert shown(ALERTS, 60, 16) == ["Alerts: 2 firing of 5 · notices told: 2 · commands (dry run): 1"]


def test_where_nobody_looks_at_alerts_there_is_no_panel() -> None:
    assert shown(None) == []
    assert happening_lines(with_alerts(None)) == []


def test_each_happening_is_a_line_and_those_told_already_are_left_out() -> None:
    frame = with_alerts(ALERTS)
    assert happening_lines(frame) == ["  10:33:20 WIB alert no. 3 began", "  10:33:20 WIB notice to Tono Wijaya"]
    assert happening_lines(frame, after=1) == ["  10:33:20 WIB notice to Tono Wijaya"]
    assert happening_lines(frame, after=2) == []
