import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from denyut.commands.simulate import command
from simulators.message_lines import read_line
from simulators.publish import Tally
from simulators.recorded_files import open_recorded
from simulators.registry import SHARES
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


def test_devices_of_ones_own_kinds_report_or_are_said_to_be_left_out(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    kind = '[kinds.hydrant]\nevery = "2s"\nquantities.pressure = { min = 0, max = 16 }\n'
    pumps = "".join(f'[[devices]]\nid = "P-{number}"\nkind = "pump"\n' for number in (1, 2))
    file.write_text(f'{kind}[[devices]]\nid = "H-1"\nkind = "hydrant"\n{pumps}')
    result = simulate(*DRY, "--config", str(file))
    assert [line.split(" ")[0] for line in result.stdout.splitlines()] == ["city/city/hydrant/H-1"] * 5
    told = "2 devices of kind pump are not simulated: the configuration names no quantities of it"
    assert result.stderr.splitlines()[0] == told


def test_the_help_names_all_kinds() -> None:
    said = " ".join(simulate("--help").stdout.split())
    assert f"Kinds: {', '.join(SHARES)}; satisfaction," in said


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
        (["--speed", "nan"], "'nan' is no speed; write a number such as 60"),
        (["--speed", "inf"], "inf is not in the range"),
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


def test_a_configuration_is_spoken_to_on_its_topics_and_in_its_words(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text(
        'sources = [{ topics = ["pdam/+/state"], topic = "pdam/{device}/#", kind = "water", time_field = "waktu", '
        'sequence_field = "n", fields = { "air.tinggi" = "level_cm" }, ignore = ["battery"] }]\n'
        '[[devices]]\nid = "TMA-1"\nkind = "water"\n[[devices]]\nid = "A-1"\nkind = "air"\n'
    )
    result = simulate(*DRY, "--config", str(file))
    assert result.exit_code == 0
    topics, payloads = zip(*(line.split(" ", 1) for line in result.stdout.splitlines()), strict=True)
    assert set(topics) == {"pdam/TMA-1/state"}
    assert result.stderr.splitlines()[0] == "left out, as no source at mqtt://127.0.0.1:1883 reads them: air"
    assert [set(json.loads(payload)) for payload in payloads] == [{"waktu", "n", "air"}] * 2
    assert set(json.loads(payloads[0])["air"]) == {"tinggi"}


@pytest.mark.parametrize(
    ("sources", "arguments", "message"),
    [
        ("[]", [], "the configuration has no sources: nobody would read what is simulated"),
        ('[{ topic = "a/{device}", topics = ["a/+"], kind = "lift" }]', [], "no source of the configuration reads"),
        (
            '[{ name = "closed", topic = "a/{kind}/{device}", topics = ["a/+/+"] }]',
            ["--payload", "deeper"],
            "source 'closed' of the configuration reads no topic of",
        ),
    ],
)
def test_what_nobody_would_read_is_not_simulated(
    sources: str, arguments: list[str], message: str, tmp_path: Path
) -> None:
    file = tmp_path / "city.toml"
    file.write_text(f"sources = {sources}\n")
    result = simulate(*DRY, "--config", str(file), *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_devices_may_have_a_spelling_each() -> None:
    lines = simulate(*DRY, "--devices", "100", "--payload", "mixed").stdout.splitlines()
    payloads = [json.loads(line.split(" ", 1)[1]) for line in lines]
    assert any(isinstance(payload, list) for payload in payloads)
    assert {type(payload["ts"]) for payload in payloads if isinstance(payload, dict)} == {int, float, str}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--lasts", "1h", "--for", "1m"], "--for (time by the clock) and --lasts (event time) exclude each other"),
        (["--payload", "untimed", "--truth", "truth"], "--truth and --payload untimed exclude each other"),
        (["--payload", "nested", "--truth", "truth"], "--truth and --payload nested exclude each other"),
        (["--payload", "xml"], "'xml' is not one of 'flat'"),
        (["--rate", "10", "--payload", "mixed"], "--payload"),
    ],
)
def test_options_that_contradict_each_other_are_refused(arguments: list[str], message: str) -> None:
    result = simulate(*arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_any_length_of_event_time_is_covered_whatever_the_speed() -> None:
    long = ["--dry-run", "--devices", "6", "--start", "2026-03-02T06:00:00+07:00"]
    assert simulate(*long, "--lasts", "5m", "--speed", "7").stderr == "360 messages written, 5m of event time\n"


@pytest.mark.parametrize("name", ["hour.jsonl", "hour.jsonl.gz", "hour.jsonl.zst"])
def test_a_file_holds_the_messages_and_the_same_ones_are_the_same_bytes(name: str, tmp_path: Path) -> None:
    options = ["--devices", "12", "--lasts", "1m", "--start", "2026-03-02T06:00:00+07:00", "--scenario", "ordinary-day"]
    files = [tmp_path / "one" / name, tmp_path / "two" / name]
    for file in files:
        file.parent.mkdir()
        result = simulate(*options, "--output", str(file))
        assert result.stderr.splitlines()[0].endswith(f", {file.stat().st_size / 1e6:,.1f} MB")
    assert files[0].read_bytes() == files[1].read_bytes()
    with open_recorded(files[0]) as (stream, _):
        lines = stream.read().splitlines()
    written = int(result.stderr.split(" ")[0])
    assert len(lines) == written > 100
    assert all(read_line(line) is not None for line in lines)


def test_every_mistake_of_a_scenario_is_told_at_once_and_nothing_is_simulated(tmp_path: Path) -> None:
    scenario = tmp_path / "odd.toml"
    scenario.write_text(
        '[[faults]]\nkind = "lots"\n[[faults]]\nkind = "stuck"\nkinds = ["air"]\nquantity = "pm2.5"\n'
        '[[faults]]\nkind = "lost"\nkinds = ["trafic"]\n[[accidents]]\ndevice = "LL-1"\nbegin = "2h"\nshare = 2\n'
    )
    result = simulate(*DRY, "--city", "bojonegoro", "--scenario", str(scenario))
    assert result.exit_code == 2
    assert result.stdout == ""
    places = [line.removeprefix(f"{scenario}:").split(": ")[:2] for line in result.stderr.splitlines()]
    assert places == [
        ["2", "faults[0].kind"],
        ["6", "faults[1].quantity"],
        ["9", "faults[2].kinds[0]"],
        ["11", "accidents[0].device"],
        ["12", "accidents[0].begin"],
        ["13", "accidents[0].share"],
    ]


def test_a_shipped_fault_that_befalls_nobody_here_is_said_and_the_rest_is_played(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text('[[devices]]\nid = "A-1"\nkind = "air"\nevery = "2s"\n')
    result = simulate(*DRY, "--config", str(file), "--scenario", "bad-hour")
    assert result.exit_code == 0
    nobody = "the gateway_death befalls nobody here: no device that it means is heard through a gateway"
    assert f"bad-hour: faults[14]: {nobody}" in result.stderr
    assert "'temperature' is no quantity" in result.stderr


def test_what_is_no_text_is_shown_all_the_same(tmp_path: Path) -> None:
    scenario = tmp_path / "broken.toml"
    scenario.write_text('[[faults]]\nkind = "malformed"\nsorts = ["not_utf8"]\n')
    result = simulate(*DRY, "--devices", "12", "--scenario", str(scenario), "--for", "10s")
    assert result.exit_code == 0
    assert all("\\xb0C" in line for line in result.stdout.splitlines())


def test_actuators_that_are_not_there_are_named(tmp_path: Path) -> None:
    scenario = tmp_path / "street.toml"
    scenario.write_text('[[actuators]]\nactuators = ["siren-center"]\n')
    result = simulate("--city", "bojonegoro", "--scenario", str(scenario), "--for", "1s")
    assert result.exit_code == 2
    assert "'siren-center', which is not there" in " ".join(result.stderr.split())
    assert "siren-centre" in result.stderr
