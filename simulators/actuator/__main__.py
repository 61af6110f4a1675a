"""A simulated actuator by itself.

    python -m simulators.actuator --broker 127.0.0.1:1883 --topic street/siren --log siren.jsonl --behaviour done

Each command that it hears is a line of the log, so that somebody can count how often it came.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from aiomqtt import ProtocolVersion

from config.durations import SECOND_NS
from ingest.mqtt.options import ConnectionOptions
from simulators.actuator.conduct import Behaviour, Conduct
from simulators.actuator.device import Heard, SimulatedActuator

_DIALECTS = {3: ProtocolVersion.V311, 5: ProtocolVersion.V5}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--broker", default="127.0.0.1:1883", metavar="HOST:PORT")
    parser.add_argument("--topic", required=True, help="where it listens for commands")
    parser.add_argument("--log", type=Path, required=True, help="one line for each command")
    parser.add_argument("--behaviour", choices=get_args(Behaviour), default="done")
    parser.add_argument("--late", type=float, default=5.0, metavar="SECONDS")
    parser.add_argument("--mqtt", type=int, choices=(3, 5), default=5)
    given = parser.parse_args(arguments)
    host, _, port = given.broker.rpartition(":")
    broker = ConnectionOptions(name="street", host=host, port=int(port), client_id="", filters=())
    conduct = Conduct(behaviour=given.behaviour, late=round(given.late * SECOND_NS))
    log = _Log(given.log)
    actuator = SimulatedActuator(
        broker, given.topic, lambda: conduct, log.heard, log.connected, (_DIALECTS[given.mqtt],)
    )
    asyncio.run(actuator.run())


class _Log:
    def __init__(self, path: Path) -> None:
        self._path = path

    def connected(self) -> None:
        self._write({"connected": time.time_ns()})

    def heard(self, heard: Heard) -> None:
        received = {"received": heard.received_ns, "retained": heard.retained, "qos": heard.qos}
        more = {"expiry_s": heard.expiry_s, "correlation": heard.correlation.decode()}
        self._write({**heard.content, **received, **more})

    def _write(self, line: dict[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8") as log:
            log.write(f"{json.dumps(line)}\n")


if __name__ == "__main__":
    main()
