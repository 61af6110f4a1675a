"""The peer of the capacity benchmark: paho-mqtt with a callback that only counts. `PORT`; ends on SIGTERM."""

import json
import signal
import sys
from types import FrameType

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion


class Count:
    def __init__(self) -> None:
        self.messages = 0

    def add(self, _client: mqtt.Client, _data: object, _message: mqtt.MQTTMessage) -> None:
        self.messages += 1


def main(port: int) -> None:
    count = Count()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="counting", protocol=MQTTProtocolVersion.MQTTv311)
    client.on_message = count.add

    def stop(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print(json.dumps({"event": "counted", "messages": count.messages}), flush=True)
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    client.connect("127.0.0.1", port)
    client.subscribe("city/#", qos=1)
    client.loop_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
