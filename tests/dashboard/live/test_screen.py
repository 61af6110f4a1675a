import io
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from config.language import open_language
from dashboard.live.alert_scene import AlertScene
from dashboard.live.figure_columns import NO_DEVICE
from dashboard.live.scene import Scene
from dashboard.live.screen import screen
from tests.dashboard.live.alert_scenes import ALERTS
from tests.dashboard.live.scenes import SCORES, STATUS, indicator, scene

MANY_ZONES = [
    indicator(zone, name, value)
    for zone in ["all", *(f"kecamatan-{number:02d}" for number in range(1, 29))]
    for name, value in {
        "parking_occupancy": 0.63,
        "parking_free": 12_345.0,
        "traffic_flow": 15_200.0,
        "traffic_speed": 38.2,
        "traffic_los_street": 6.0,
        "pm25": 61.2,
        "ispu_indicative": 285.0,
        "noise_laeq": 101.2,
        "rain_1h_class": 5.0,
        "water_siaga": 3.0,
    }.items()
]


def shown(frame: Scene, language: str = "en", width: int = 140, height: int = 40, **console: Any) -> list[str]:
    output = io.StringIO()
    Console(width=width, height=height, file=output, **console).print(
        screen(frame, open_language(language), width, height)
    )
    return output.getvalue().splitlines()


def line_of(lines: list[str], beginning: str) -> str:
    """The line with its columns one space apart."""
    return " ".join(next(line for line in lines if line.startswith(beginning)).split())


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("width", "height"), [(80, 24), (140, 40), (60, 16), (200, 60)])
def test_a_frame_fits_its_terminal(language: str, width: int, height: int) -> None:
    lines = shown(scene(MANY_ZONES, scores=SCORES), language, width, height)
    assert len(lines) <= height
    assert max(len(line) for line in lines) <= width


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (60, 16), (200, 60), (80, 20), (80, 30)])
def test_a_frame_with_alerts_fits_its_terminal_and_keeps_zones(language: str, width: int, height: int) -> None:
    frame = replace(scene(MANY_ZONES, scores=SCORES), alerts=ALERTS)
    lines = shown(frame, language, width, height)
    assert len(lines) <= height
    assert max(len(line) for line in lines) <= width
    assert any(line.startswith("kecamatan-") for line in lines)


def test_alerts_take_the_place_of_the_scores_where_both_have_no_room() -> None:
    frame = replace(scene(MANY_ZONES, scores=SCORES), alerts=ALERTS)
    assert [any("Governance" in line for line in shown(frame, "en", 120, height)) for height in (24, 40)] == [
        False,
        True,
    ]
    calm = replace(frame, alerts=AlertScene())
    assert any("Governance" in line for line in shown(calm, "en", 120, 24))


def test_a_severity_has_its_colour_on_a_terminal() -> None:
    frame = replace(scene(), alerts=ALERTS)
    coloured = "\n".join(shown(frame, "en", force_terminal=True, color_system="truecolor"))
    assert "\x1b[1;37;48;2;176;0;0m CRITICAL " in coloured


def test_a_wide_terminal_shows_every_indicator_with_its_coverage() -> None:
    assert line_of(shown(scene(), width=160), "Kapas") == (
        "Kapas 63% (98%) 1,250 (98%) 1,520 (75%) 38.2 (75%) C (75%) 61.2 (100%) 106 Unhealthy (100%) 67.4 (100%)"
        " heavy (90%) 3 watch (50%)"
    )


def test_eighty_columns_keep_parking_traffic_the_index_and_the_river() -> None:
    assert line_of(shown(scene(MANY_ZONES), "id", 80, 24), "kecamatan-01") == (
        "kecamatan-01 63% (100%) F (100%) 285 Sangat Tidak Sehat (100%)"
    )
    assert line_of(shown(scene(), "id", 80, 24), "Kapas") == (
        "Kapas 63% (98%) C (75%) 106 Tidak Sehat (100%) 3 waspada (50%)"
    )


def test_no_data_is_a_word_of_its_own_and_no_device_a_dash() -> None:
    dash = NO_DEVICE
    dashes = " ".join([dash] * 6)
    assert line_of(shown(scene(), width=160), "padangan") == f"padangan no data {dash} {dash} 12.5 (30%) {dashes}"
    assert line_of(shown(scene(), "id", 160), "padangan") == f"padangan tanpa data {dash} {dash} 12,5 (30%) {dashes}"


def test_the_whole_city_stands_first() -> None:
    lines = shown(scene())
    zone_lines = [line.split()[0] for line in lines if line.startswith(("whole", "Kapas", "padangan"))]
    assert zone_lines == ["whole", "Kapas", "padangan"]


def test_the_ledger_is_shown_with_its_reasons() -> None:
    lines = shown(scene())
    assert "✓ received 10,234 = accepted 10,200 + duplicate 4 + rejected 30" in lines
    assert "rejected: out_of_range 20, not_json 10" in lines
    assert "late 3 · too late 1 · windows closed 320 · points written 3,200, waiting 12" in lines
    assert "312 messages/s · 10,234 in all · watermark 10:33:18 WIB · lag 0.3 s" in lines


def test_a_ledger_that_does_not_agree_says_by_how_much() -> None:
    lines = shown(scene(status={**STATUS, "accepted": 10_190}))
    assert "✗ differs by 10: received 10,234 = accepted 10,190 + duplicate 4 + rejected 30" in lines


def test_a_store_that_takes_no_points_is_shown_with_its_reason() -> None:
    lines = shown(scene(status={**STATUS, "store_error": "denyut.db: disk full"}), "id")
    assert "penyimpanan: denyut.db: disk full" in lines


def test_the_title_says_which_windows_in_the_city_s_time() -> None:
    assert "Indikator terbaru per zona: jendela 10s, sampai 10:33:20 WIB" in shown(scene(), "id")


def test_before_the_first_report_and_the_first_window_the_view_says_so() -> None:
    lines = shown(scene(rows=(), status=None))
    assert "waiting for the first report of denyut run …" in lines
    assert "no window has closed yet" in lines


def test_zones_that_do_not_fit_take_turns() -> None:
    first = shown(scene(MANY_ZONES, elapsed_s=0.0), width=80, height=24)
    second = shown(scene(MANY_ZONES, elapsed_s=5.0), width=80, height=24)
    assert "zones 1 to 12 of 28" in first
    assert "zones 13 to 24 of 28" in second
    assert line_of(second, "whole city") == line_of(first, "whole city")
    assert any(line.startswith("kecamatan-13") for line in second)


def test_the_first_figures_are_those_of_the_first_zones_and_the_last_page_is_full() -> None:
    frames = [replace(scene(MANY_ZONES, elapsed_s=12.5 + late), figures_since_s=12.5) for late in (0.0, 10.0, 15.0)]
    first, last, again = (shown(frame, width=80, height=24) for frame in frames)
    assert "zones 1 to 12 of 28" in first
    assert "zones 17 to 28 of 28" in last
    assert "zones 1 to 12 of 28" in again


def test_a_time_names_its_zone_or_its_offset_where_the_zone_has_no_name() -> None:
    makassar = replace(scene(), timezone=ZoneInfo("Asia/Makassar"))
    dubai = replace(scene(), timezone=ZoneInfo("Asia/Dubai"))
    assert "Newest indicators by zone: windows of 10s, up to 11:33:20 WITA" in shown(makassar)
    assert "Newest indicators by zone: windows of 10s, up to 07:33:20 +04" in shown(dubai)


def test_a_category_has_its_colour_on_a_terminal_and_its_name_without() -> None:
    coloured = "\n".join(shown(scene(), "id", force_terminal=True, color_system="truecolor"))
    plain = "\n".join(shown(scene(), "id", force_terminal=True, color_system="truecolor", no_color=True))
    assert "\x1b[1;30;48;2;230;194;0mTidak Sehat" in coloured
    assert "48;2" not in plain
    assert "Tidak Sehat" in plain
