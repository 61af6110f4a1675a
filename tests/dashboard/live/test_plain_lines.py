from dataclasses import replace

from config.language import open_language
from dashboard.live.plain_lines import plain_lines
from tests.dashboard.live.alert_scenes import ALERTS
from tests.dashboard.live.scenes import STATUS, indicator, scene


def test_a_block_says_pace_ledger_and_indicators() -> None:
    assert plain_lines(scene(), open_language("en")) == [
        "[0:34] 312 messages/s · 10,234 in all · watermark 10:33:18 WIB · lag 0.3 s",
        "  ✓ received 10,234 = accepted 10,200 + duplicate 4 + rejected 30",
        "  rejected: out_of_range 20, not_json 10",
        "  late 3 · too late 1 · windows closed 320 · points written 3,200, waiting 12",
        "  Newest indicators by zone: windows of 10s, up to 10:33:20 WIB",
        "    whole city: Parking 50% (90%)",
        "    Kapas: Parking 63% (98%), Free 1,250 (98%) spaces, Flow 1,520 (75%) veh/h, Speed 38.2 (75%) km/h,"
        " Traffic C (75%), PM2.5 61.2 (100%) µg/m³, ISPU (indicative) 106 Unhealthy (100%), Noise 67.4 (100%) dB(A),"
        " Rain heavy (90%), Siaga 3 watch (50%)",
        "    padangan: Parking no data, Speed 12.5 (30%) km/h",
    ]


def test_a_block_in_indonesian() -> None:
    lines = plain_lines(scene(), open_language("id"))
    assert lines[0] == "[0:34] 312 pesan/dtk · total 10.234 · lengkap s.d. 10:33:18 WIB · jeda 0,3 dtk"
    assert lines[1] == "  ✓ diterima 10.234 = sah 10.200 + ganda 4 + ditolak 30"
    assert lines[-1] == "    padangan: Parkir tanpa data, Kecepatan 12,5 (30%) km/h"


def test_a_block_says_how_many_alerts_there_are() -> None:
    lines = plain_lines(replace(scene(), alerts=ALERTS), open_language("en"))
    assert "  Alerts: 2 firing of 5 · notices told: 2 · commands (dry run): 1" in lines


def test_nothing_rejected_takes_no_line() -> None:
    lines = plain_lines(scene(status={**STATUS, "rejected": {}, "received": 10_204}), open_language("en"))
    assert lines[1:3] == [
        "  ✓ received 10,204 = accepted 10,200 + duplicate 4 + rejected 0",
        "  late 3 · too late 1 · windows closed 320 · points written 3,200, waiting 12",
    ]


def test_zones_take_turns_and_the_city_stays() -> None:
    rows = [indicator(zone, "pm25", 10.0) for zone in ("all", "a", "b", "c")]
    blocks = [plain_lines(scene(rows), open_language("en"), first, zones=2) for first in (0, 2)]
    assert [[line.split(":")[0].strip() for line in block[-3:]] for block in blocks] == [
        ["whole city", "a", "b"],
        ["whole city", "c", "a"],
    ]


def test_no_line_carries_a_control_code() -> None:
    text = "\n".join(plain_lines(scene(), open_language("id")))
    assert [character for character in text if ord(character) < 32 and character != "\n"] == []


def test_before_anything_has_come_a_block_says_so() -> None:
    assert plain_lines(scene(rows=(), status=None), open_language("en")) == [
        "[0:34] waiting for the first report of denyut run …",
        "  no window has closed yet",
    ]
