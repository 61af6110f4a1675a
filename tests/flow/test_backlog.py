"""`denyut run` comes back after half an hour: the broker has kept what was sent, and sends it in small portions."""

import time
from pathlib import Path

from tests.flow.test_run import count_of, publish, query, running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto

CONFIG = '[windows]\nsizes = [{ size = "1m" }]\ndelay = "1s"\nlateness = "0s"\n'
IN_PORTIONS = "max_inflight_messages 1\n"
MINUTE_S = 60


def test_half_an_hour_of_downtime_costs_no_reading_and_makes_none_late(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    begin_s = (int(time.time()) // MINUTE_S - 31) * MINUTE_S
    kept = [(f"city/c/air/A{number % 3}", {"ts": begin_s + 10.0 * number, "pm25": 1.0}) for number in range(180)]
    with mosquitto(tmp_path, IN_PORTIONS) as port:
        with running(data_dir, port, CONFIG) as process:
            wait_until_subscribed(process)
            stop(process)
        publish(port, kept)
        with running(data_dir, port, CONFIG) as process:
            wait_for(lambda: status_of(data_dir)["received"] == 180, "the backlog")
            wait_for(lambda: count_of(query(data_dir)) == 180, "its windows")
            stop(process)
    told = status_of(data_dir)
    assert (told["accepted"], told["late"], told["rejected"]) == (180, 0, {})
    ends = {row["time"] for row in query(data_dir)}
    assert len(ends) == 30


def test_a_source_that_has_caught_up_does_not_close_the_windows_of_one_that_has_not(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    begin_s = (int(time.time()) // MINUTE_S - 31) * MINUTE_S
    kept = [("city/c/air/A1", {"ts": begin_s + 12.0 * number, "pm25": 1.0}) for number in range(150)]
    (tmp_path / "quick").mkdir()
    (tmp_path / "slow").mkdir()
    with mosquitto(tmp_path / "quick") as quick, mosquitto(tmp_path / "slow", IN_PORTIONS) as slow:
        sources = "".join(
            f'[[sources]]\nname = "{name}"\nbroker = "mqtt://127.0.0.1:{port}"\n'
            for name, port in (("quick", quick), ("slow", slow))
        )
        with running(data_dir, None, sources + CONFIG) as process:
            wait_until_subscribed(process)
            wait_until_subscribed(process)
            stop(process)
        publish(slow, kept)
        with running(data_dir, None, sources + CONFIG) as process:
            while status_of(data_dir)["received"] < 150:
                publish(quick, [("city/c/noise/N1", {"ts": time.time(), "laeq": 60.0})])
                time.sleep(0.05)
            wait_for(lambda: count_of(query(data_dir, "--where", "kind=air")) == 150, "the windows of the slow one")
            stop(process)
    told = status_of(data_dir)
    assert (told["late"], told["rejected"]) == (0, {})
