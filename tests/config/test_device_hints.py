"""What is said of devices and has no effect."""

from config.device_hints import odd_devices
from config.settings import Device, Settings


def test_thresholds_of_a_gauge_that_is_of_another_kind_are_a_hint() -> None:
    gauges = tuple(Device(id=f"AWLR-{number}", kind="air", siaga_3=300, siaga_2=350) for number in (1, 2))
    assert odd_devices(Settings(devices=gauges)) == [
        "device 'AWLR-1': siaga_3, siaga_2 say something of kind 'water' alone, and this is 'air'"
    ]


def test_what_belongs_to_the_kind_is_none() -> None:
    gauge = Device(id="AWLR-1", kind="water", siaga_3=300, downstream="AWLR-2", travel_time=3600)
    street = Device(id="T-1", kind="traffic", road="2/2-UD", lanes=2, capacity=2900)
    assert odd_devices(Settings(devices=(gauge, street))) == []
