import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from denyut.commands.simulate import command
from simulators.publish import Tally
from tests.servers.free_ports import free_port

DRY = ["--dry-run", "--for", "10s", "--start", "2026-03-02T06:00:00+07:00"]


def simulate(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_a_dry_run_prints_topic_and_payload_in_order_of_time() -> None:
    result = simulate(*DRY, "--devices", "12")
    assert result.exit_code == 0
    lines = [line.split(" ", 1) for line in result.stdout.splitlines()]
    times = [json.loads(payload)["ts"] for _, payload in lines]
    assert len(lines) == 24
    assert all(topic.startswith("city/city/") for topic, _ in lines)
    assert times == sorted(times)
    assert 1_772_406_000_000 <= times[0] < times[-1] < 1_772_406_010_000
    assert result.stderr == "24 messages written, 10s of event time\n"


def test_the_same_seed_and_start_print_the_same_and_another_seed_does_not() -> None:
    first, again, other = (simulate(*DRY, "--seed", seed).stdout for seed in ("7", "7", "8"))
    assert first == again
    assert first != other


def test_a_higher_speed_covers_more_event_time() -> None:
    result = simulate(*DRY, "--devices", "6", "--speed", "30")
    assert len(result.stdout.splitlines()) == 6 * 60
    assert result.stderr == "360 messages written, 5m of event time\n"


def test_the_shipped_city_reports_with_its_own_devices() -> None:
    result = simulate(*DRY, "--city", "bojonegoro", "--speed", "100")
    topics = {line.split(" ", 1)[0] for line in result.stdout.splitlines()}
    assert len(topics) >= 300
    assert {topic.split("/")[1] for topic in topics} == {"bojonegoro"}
    assert {topic.split("/")[2] for topic in topics} == {
        *("parking", "traffic", "air", "noise", "water", "weather", "satisfaction")
    }


def test_devices_of_a_configuration_are_the_ones_that_report(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text('city.id = "kota"\n[[devices]]\nid = "A-1"\nkind = "air"\nevery = "2s"\n')
    result = simulate(*DRY, "--config", str(file))
    assert [line.split(" ")[0] for line in result.stdout.splitlines()] == ["city/kota/air/A-1"] * 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--city", "paris"], "no city 'paris' comes with Denyut; there is bojonegoro"),
        (["--city", "bojonegoro", "--config", "a.toml"], "--config a.toml and --city bojonegoro exclude each other"),
        (["--start", "yesterday"], "'yesterday': time invalid; write a time such as"),
        (["--start", "2026-03-02T06:00:00"], "time without offset"),
        (["--for", "soon"], "'soon' is no duration"),
        (["--broker", "http://127.0.0.1"], "'http://127.0.0.1' is no address"),
        (["--config", "absent.toml"], "absent.toml"),
        (["--devices", "0"], "0 is not in the range"),
        (["--speed", "0"], "0.0 is not in the range"),
        (["--output", "absent/city.jsonl"], "absent/city.jsonl: No such file or directory"),
    ],
)
def test_a_mistake_is_one_clear_sentence_and_status_2(arguments: list[str], message: str) -> None:
    result = simulate(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("speed", "lines"), [("60", 1), ("1", 0), ("0.5", 0)])
def test_event_time_that_outruns_the_clock_of_a_broker_is_warned_of(speed: str, lines: int) -> None:
    broker = ["--broker", f"mqtt://127.0.0.1:{free_port()}", "--for", "100ms", "--devices", "1"]
    warnings = [line for line in simulate(*broker, "--speed", speed).stderr.splitlines() if line.startswith("warning")]
    assert len(warnings) == lines
    assert all("further ahead than windows.ahead (1m) as time_ahead" in line for line in warnings)
    assert all("--output FILE and `denyut replay FILE`" in line for line in warnings)
    assert "warning" not in simulate(*DRY, "--speed", speed, "--devices", "1").stderr


def test_help_has_an_example() -> None:
    assert "denyut simulate --broker mqtt://127.0.0.1:1883 --for 20s" in simulate("--help").stdout


def test_a_tally_counts_by_kind() -> None:
    tally = Tally()
    for kind in ("air", "air", "water"):
        tally.add(kind)
    assert (tally.sent, tally.by_kind) == (3, {"air": 2, "water": 1})


def test_a_scripted_flood_changes_its_gauge_and_no_other_message() -> None:
    dry = ["--city", "bojonegoro", "--dry-run", "--for", "30s", "--start", "2026-03-02T06:00:00+07:00"]
    plain = simulate(*dry).stdout.splitlines()
    flooded = simulate(*dry, "--scenario", "dam-opens").stdout.splitlines()
    assert len(plain) == len(flooded)
    changed = [line.split(" ", 1) for before, line in zip(plain, flooded, strict=True) if line != before]
    assert {topic for topic, _ in changed} == {"city/bojonegoro/water/TMA-023"}
    assert max(json.loads(payload)["level_cm"] for _, payload in changed) > 240


def test_a_flood_at_a_gauge_that_is_not_there_ends_in_one_sentence() -> None:
    result = simulate(*DRY, "--devices", "12", "--scenario", "dam-opens")
    assert result.exit_code == 2
    assert "dam-opens.toml:8: flood_waves[0].device: 'TMA-023' is no water device here" in result.stderr
