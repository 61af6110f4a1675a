"""Figures and health of a real run beside a real Mosquitto, as Prometheus and a watchdog get them."""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from dashboard.http.families import FAMILIES, NOT_EXPORTED, samples
from tests.dashboard.http.serving import Answer, asked
from tests.flow.test_run import (
    CONFIG,
    DENYUT,
    ROOT,
    assert_refused,
    denyut,
    publish,
    running,
    status_of,
    stop,
    wait_for,
    wait_until_subscribed,
)
from tests.servers.free_ports import free_port
from tests.servers.mosquitto import mosquitto

ANY_PORT = CONFIG + '[http]\nlisten = "127.0.0.1:0"\n'


def port_of(data_dir: Path) -> int:
    address: str = wait_for(lambda: status_of(data_dir).get("http"), "the address")
    host, _, port = address.rpartition(":")
    assert host == "127.0.0.1"
    return int(port)


def ready(port: int) -> Answer:
    return asked(port, "/readyz")


def metrics_of(text: bytes) -> dict[tuple[str, str], float]:
    """(name, value of its label or "") -> value."""
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for metric in text_string_to_metric_families(text.decode())
        for sample in metric.samples
    }


def numbers_in(value: object, place: str = "") -> Iterator[str]:
    """Where numbers stand in the status, as `Family.place` has it but with every key written out."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from numbers_in(inner, f"{place}.{key}".lstrip("."))
    elif isinstance(value, int | float):
        yield place


def places_with_a_metric(status: Mapping[str, Any]) -> set[str]:
    return {
        reduce(lambda place, label: place.replace("*", label, 1), labels, family.place)
        for family in FAMILIES
        for labels, _ in samples(status, family.place)
    }


def test_prometheus_gets_every_number_of_the_status(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path, "sys_interval 1\n") as broker, running(data_dir, broker, ANY_PORT) as process:
        wait_until_subscribed(process)
        publish(broker, [("city/c/air/A1", {"pm25": 5.0, "seq": 1}), ("city/c/air/A1", {"pm25": -999.0})])
        publish(broker, [("city/c/air/A2", {"ts": time.time() + 3600, "pm25": 5.0})])
        port = port_of(data_dir)
        wait_for(lambda: status_of(data_dir)["points_written"], "a point")
        wait_for(lambda: status_of(data_dir)["brokers"]["mqtt"]["clients"], "what the broker says of itself")
        answer = asked(port, "/metrics")
        told = metrics_of(answer.body)
        status = status_of(data_dir)
        stop(process)
    assert told["denyut_messages_received_total", ""] == status["received"] == 3
    assert told["denyut_messages_accepted_total", ""] == 1
    assert told["denyut_messages_rejected_total", "out_of_range"] == 1
    assert told["denyut_messages_rejected_total", "time_ahead"] == 1
    assert told["denyut_values_implausible_total", "air.pm25"] == 1
    assert told["denyut_points_pending", "store"] == 0
    assert told["denyut_points_written_total", "store"] > 0
    assert told["denyut_source_connected", "mqtt"] == 1
    assert told["denyut_broker_dropped_total", "mqtt"] == 0
    assert told["denyut_broker_clients", "mqtt"] >= 1
    without = {place for place in numbers_in(status) if place not in NOT_EXPORTED} - places_with_a_metric(status)
    assert without == set(), "each number of the status needs a Family, or a reason in NOT_EXPORTED"


def test_what_became_of_each_device_is_there_too(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as broker, running(data_dir, broker, ANY_PORT) as process:
        wait_until_subscribed(process)
        publish(broker, [("city/c/air/A1", {"pm25": 5.0}), ("city/c/air/A2", {"ts": time.time() + 3600, "pm25": 5.0})])
        wait_for(lambda: status_of(data_dir)["received"] == 2, "the messages")
        answer = asked(port_of(data_dir), "/metrics/devices")
        stop(process)
    told = {
        (sample.labels["device"], sample.labels["outcome"]): sample.value
        for metric in text_string_to_metric_families(answer.body.decode())
        for sample in metric.samples
        if sample.name == "denyut_device_messages_total"
    }
    assert {key for key, value in told.items() if value == 1} == {("A1", "accepted"), ("A2", "rejected")}


def test_a_run_is_ready_while_its_broker_is_there_and_alive_all_the_time(tmp_path: Path) -> None:
    data_dir, broker = tmp_path / "data", free_port()
    with running(data_dir, broker, ANY_PORT) as process:
        port = port_of(data_dir)
        refused = wait_for(lambda: "unreachable" in ready(port).body.decode() and ready(port), "a failed attempt")
        assert (refused.status, refused.json["status"]) == (503, "failing")
        assert refused.json["checks"]["sources"] == "mqtt: unreachable: Connection refused"
        assert asked(port, "/healthz").status == 200
        with mosquitto(tmp_path, port=broker):
            wait_for(lambda: ready(port).status == 200, "readiness")
            assert set(ready(port).json["checks"].values()) == {"ok"}
        wait_for(lambda: ready(port).status == 503, "the loss of the broker")
        assert asked(port, "/healthz").json["status"] == "ok"
        stop(process)


def test_figures_are_for_those_who_have_the_token_and_no_log_holds_it(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    (tmp_path / "token").write_text("rahasia-kota\n")
    config = ANY_PORT + 'token_file = "token"\n[log]\nlevel = "debug"\n'
    with mosquitto(tmp_path) as broker, running(data_dir, broker, config) as process:
        port = port_of(data_dir)
        assert asked(port, "/metrics").status == 401
        assert asked(port, "/metrics", Authorization="Bearer rahasia").status == 401
        assert asked(port, "/metrics", Authorization="Bearer rahasia-kota").status == 200
        assert asked(port, "/healthz").status == 200
        assert "rahasia" not in stop(process)
    assert "rahasia" not in (data_dir / "status.json").read_text()


def test_an_address_that_was_asked_for_and_is_taken_ends_the_start_with_one_sentence(tmp_path: Path) -> None:
    with running(tmp_path / "data", free_port(), ANY_PORT) as process:
        port = port_of(tmp_path / "data")
        file = tmp_path / "second.toml"
        file.write_text(f'[http]\nlisten = "127.0.0.1:{port}"\n')
        second = denyut("run", "--config", str(file), "--data-dir", str(tmp_path / "second"))
        assert_refused(second, f"http.listen 127.0.0.1:{port}: the address is taken by another process")
        stop(process)


def test_without_http_nothing_listens(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with running(data_dir, free_port(), CONFIG + "[http]\nenabled = false\n") as process:
        wait_for(lambda: status_of(data_dir)["state"] == "running", "the run")
        listening = subprocess.run(
            ["/bin/sh", "-c", "for fd in /proc/$0/fd/*; do readlink $fd; done", str(process.pid)],
            capture_output=True,
            text=True,
        )
        sockets = {line[8:-1] for line in listening.stdout.splitlines() if line.startswith("socket:[")}
        listeners = [
            line.split()[9]
            for table in ("tcp", "tcp6")
            for line in Path(f"/proc/{process.pid}/net/{table}").read_text().splitlines()[1:]
            if line.split()[3] == "0A"
        ]
        assert sockets.isdisjoint(listeners)
        assert status_of(data_dir)["http"] is None
        stop(process)


def test_the_log_as_json_is_one_object_a_line(tmp_path: Path) -> None:
    command = [*DENYUT, "run", "--broker", f"mqtt://127.0.0.1:{free_port()}", "--data-dir", str(tmp_path / "data")]
    file = tmp_path / "city.toml"
    file.write_text(ANY_PORT)
    process = subprocess.Popen(
        [*command, "--config", str(file), "--log-format", "json"], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_for(lambda: ready(port_of(tmp_path / "data")).json["checks"]["sources"] != "ok", "a failed attempt")
        told = [json.loads(line) for line in stop(process).splitlines()]
    finally:
        process.kill()
        process.communicate()
    assert {"time", "level", "logger", "message"} == set().union(*told)
    assert "stopped: 0 messages received" in told[-1]["message"]
