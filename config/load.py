"""A configuration file becomes `Settings`, or a list of every mistake in it."""

import re
import tomllib
from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from config.checks.actuators import check_actuators
from config.checks.calendar import check_calendar
from config.checks.channels import check_channels
from config.checks.city import check_devices, check_ids, check_zone_names
from config.checks.duty import check_duty
from config.checks.finding import OTHER, Finding
from config.checks.indicators import check_indicators
from config.checks.quiet import check_quiet
from config.checks.rules import check_rules
from config.checks.scores import check_scores
from config.checks.service import check_http
from config.checks.sources import check_sources
from config.checks.store import check_store
from config.checks.windows import check_quantities, check_windows
from config.device_list import read_devices
from config.locate import Path as KeyPath
from config.locate import lines_of_keys, nearest_line, written
from config.mistakes import ConfigurationError, Mistake
from config.places import with_noise_limits
from config.salvage import Salvage, salvage
from config.settings import Device, Settings
from config.shipped_rules import with_shipped_rules
from config.text_file import read_text

LARGEST_FILE = 16 << 20
"""Bytes; more devices than fit belong into CSV files."""

CHECKS = (
    *(check_windows, check_quantities, check_indicators, check_sources, check_store, check_http),
    *(check_ids, check_zone_names, check_calendar, check_duty, check_quiet, check_channels),
)


def load_settings(path: Path | None, indicators: Collection[str] = ()) -> Settings:
    """The settings of a TOML file, with the devices of its CSV files in `devices`; without a file the defaults.

    `indicators`: the names of which scores are made and that rules watch; without any they are not checked.
    Raises ConfigurationError with every mistake of all these files.
    """
    if path is None:
        return Settings()
    return settings_of(path, *parsed(path), indicators)


def settings_of(
    path: Path, document: dict[str, Any], lines: dict[KeyPath, int], indicators: Collection[str]
) -> Settings:
    """As `load_settings`, of a document that stands in `path`."""
    found = salvage(document, {"folder": path.parent})
    found.settings = with_shipped_rules(found.settings)
    mistakes = list(_mistakes(path, lines, found, indicators))
    devices = list(_listed(path, lines, found, mistakes))
    mistakes += _device_mistakes(devices, found)
    if mistakes:
        raise ConfigurationError(
            sorted(mistakes, key=lambda mistake: (mistake.file != path, str(mistake.file), mistake.line or 0))
        )
    limited = with_noise_limits((listed.device for listed in devices), found.settings.zones)
    return found.settings.model_copy(update={"devices": tuple(limited)})


def parsed(path: Path) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    """A TOML document, and the line of each of its keys. Raises ConfigurationError."""
    text = read_text(path, LARGEST_FILE)
    try:
        document = tomllib.loads(text)
        return document, lines_of_keys(text.replace("\r\n", "\n"))
    except RecursionError:
        raise ConfigurationError([Mistake(path, None, "", "is nested too deeply")]) from None
    # tomllib lets int() speak for itself about a number of thousands of digits.
    except ValueError as error:
        message, line = str(error), text.count("\n") + 1
        if at := re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message):
            line = int(at[1] or line)
            message = message[: at.start()]
        raise ConfigurationError([Mistake(path, line, "", f"this is no TOML: {message}")]) from None


def _mistakes(
    path: Path, lines: dict[KeyPath, int], found: Salvage[Settings], indicators: Collection[str]
) -> Iterator[Mistake]:
    for place, sentence in found.wrong:
        yield Mistake(path, nearest_line(lines, place), written(place), sentence)
    findings: Iterator[Finding] = chain.from_iterable(check(found.settings) for check in CHECKS)
    named = (check(found.settings, indicators) for check in (check_scores, check_rules, check_actuators))
    for finding in chain(findings, *named):
        places = [found.original(place) for place in finding.paths]
        if not any(found.touched(place) or not found.is_whole(place) for place in places):
            message = finding.message.replace(OTHER, _place(lines, places[-1]))
            yield Mistake(path, nearest_line(lines, places[0]), written(places[0]), message)


def _place(lines: dict[KeyPath, int], path: KeyPath) -> str:
    line = nearest_line(lines, path)
    return written(path) + (f" (line {line})" if line else "")


class _Listed(NamedTuple):
    device: Device
    file: Path
    line: int | None
    entry: str
    """How the place of a field begins: "devices[3]." in TOML, nothing in CSV."""


def _listed(
    path: Path, lines: dict[KeyPath, int], found: Salvage[Settings], mistakes: list[Mistake]
) -> Iterator[_Listed]:
    """All devices, those of the file itself first; what is wrong in a CSV file joins `mistakes`."""
    for index, device in enumerate(found.settings.devices):
        place = found.original(("devices", index))
        yield _Listed(device, path, nearest_line(lines, place), f"{written(place)}.")
    for index, file in enumerate(found.settings.devices_csv):
        try:
            rows = read_devices(file)
        except ConfigurationError as error:
            place = ("devices_csv", index)
            mistakes += [Mistake(path, nearest_line(lines, place), written(place), str(error))]
            continue
        mistakes += rows.mistakes
        yield from (_Listed(device, file, line, "") for device, line in zip(rows.devices, rows.lines, strict=True))


def _device_mistakes(devices: list[_Listed], salvaged: Salvage[Settings]) -> Iterator[Mistake]:
    # With an id set aside, a device of that zone or office would be blamed for it.
    zones = [zone.id for zone in salvaged.settings.zones if salvaged.lists_all("zones")]
    offices = [office.id for office in salvaged.settings.offices if salvaged.lists_all("offices")]
    for found in check_devices([listed.device for listed in devices], zones, offices):
        _, file, line, entry = devices[found.device]
        message = found.message
        if found.conflicts_with is not None:
            other = devices[found.conflicts_with]
            message += f"{other.file}:{other.line}"
        yield Mistake(file, line, f"{entry}{found.field}", message)
