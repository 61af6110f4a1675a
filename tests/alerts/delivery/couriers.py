"""A courier with a record of its own, for the length of a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from alerts.delivery.courier import Courier
from alerts.delivery.open_channels import open_channels
from alerts.record.reading import Delivery, RecordReader
from alerts.record.record import AlertRecord
from alerts.texts.rendering import Texts
from config.channels import Channel
from config.settings import Settings


def hook(url: str, name: str = "hook", **settings: Any) -> Channel:
    return Channel(id=name, kind="webhook", url=SecretStr(url), **settings)


@contextmanager
def telling(path: Path, *channels: Channel, **settings: Any) -> Iterator[AlertRecord]:
    """The record whose notices are told."""
    given = Settings(channels=channels, **settings)
    record = AlertRecord(path)
    courier = Courier(record, open_channels(given), Texts(given).render)
    record.start()
    courier.start()
    try:
        yield record
    finally:
        courier.stop(5)
        record.stop(5)


def deliveries(path: Path) -> list[Delivery]:
    """The oldest first."""
    reader = RecordReader(path)
    try:
        return reader.deliveries()[::-1]
    finally:
        reader.close()
