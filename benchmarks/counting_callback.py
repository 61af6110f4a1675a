"""The peer of the capacity benchmark: paho-mqtt with a callback that only counts. `PORT`; ends on SIGTERM."""

import json
import signal
import sys
from types import FrameType

import paho.mqtt.client as mqtt


class Count:
    def __init__(self) -> None:
        self.messages = 0

    def add(self, _client: mqtt.Client, _data: object, _message: mqtt.MQTTMessage) -> None:
        self.messages += 1


def main(port: int) -> None:
    count = Count()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="counting", protocol=mqtt.MQTTv311)
    client.on_message = count.add
    client.on_connect = lambda *_: client.subscribe("city/#", qos=1)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        print(json.dumps({"event": "counted", "messages": count.messages}), flush=True)
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    client.connect("127.0.0.1", port)
    client.loop_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
