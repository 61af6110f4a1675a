"""A simulated actuator by itself.

    python -m simulators.actuator --broker mqtt://127.0.0.1:1883 --topic street/siren --log siren.jsonl --behaviour done

Each command that it hears is a line of the log, so that somebody can count how often it came.
"""

import argparse
import asyncio
import json
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

from aiomqtt import ProtocolVersion

from config.addresses import checked_broker
from config.durations import SECOND_NS
from config.settings import Source
from ingest.mqtt.options import ConnectionOptions, options_of
from simulators.actuator.conduct import MEANING, Behaviour, Conduct
from simulators.actuator.device import Heard, SimulatedActuator

_BEHAVIOURS = "\n".join(f"  {name:10}{meaning}" for name, meaning in MEANING.items())
_DIALECTS = {3: ProtocolVersion.V311, 5: ProtocolVersion.V5}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m simulators.actuator",
        description=__doc__,
        epilog=f"behaviours:\n{_BEHAVIOURS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--broker",
        type=_broker,
        default="mqtt://127.0.0.1:1883",
        metavar="mqtt://HOST:PORT",
        help="default: %(default)s",
    )
    parser.add_argument("--topic", required=True, help="where it listens for commands")
    parser.add_argument("--log", type=Path, required=True, help="one line for each command")
    parser.add_argument("--behaviour", choices=get_args(Behaviour), default="done", help="see below; default: done")
    parser.add_argument("--late", type=float, default=5.0, metavar="SECONDS", help="how late it is, by default 5")
    parser.add_argument("--mqtt", type=int, choices=(3, 5), default=5, help="version of MQTT: 5, or 3 for 3.1.1")
    given = parser.parse_args(arguments)
    broker: ConnectionOptions = given.broker
    late = {"late": round(given.late * SECOND_NS)} if given.behaviour == "late" else {}
    conduct = Conduct(behaviour=given.behaviour, **late)
    try:
        log = _Log(given.log, f"{given.topic} at {broker.host}:{broker.port}")
    except OSError as error:
        parser.error(f"argument --log: {given.log}: {error.strerror}")
    actuator = SimulatedActuator(
        broker, given.topic, lambda: conduct, log.heard, log.connected, (_DIALECTS[given.mqtt],), log.lost
    )
    # Also where a shell has started it in the background, and thereby told it to ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        asyncio.run(actuator.run())


def _broker(text: str) -> ConnectionOptions:
    try:
        url = checked_broker(text if "://" in text else f"mqtt://{text}")
        return options_of(Source(name="street", broker=url), "street")
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


class _Log:
    """What was heard, in the file; how the connection stands, on standard error too. May raise OSError."""

    def __init__(self, path: Path, place: str) -> None:
        self._path = path
        self._place = place
        path.open("a", encoding="utf-8").close()

    def connected(self) -> None:
        self._write({"connected": time.time_ns()})
        print(f"listening on {self._place}", file=sys.stderr, flush=True)

    def lost(self, why: str) -> None:
        print(f"cannot listen on {self._place}: {why}; trying again", file=sys.stderr, flush=True)

    def heard(self, heard: Heard) -> None:
        received = {"received": heard.received_ns, "retained": heard.retained, "qos": heard.qos}
        more = {"expiry_s": heard.expiry_s, "correlation": heard.correlation.decode()}
        self._write({**heard.content, **received, **more})

    def _write(self, line: dict[str, Any]) -> None:
        with self._path.open("a", encoding="utf-8") as log:
            log.write(f"{json.dumps(line)}\n")


if __name__ == "__main__":
    main()
