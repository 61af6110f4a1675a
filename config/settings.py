"""What a city configures, as typed and checked values. Every default here is what `denyut run` does with no file."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from config.actuators import Actuator
from config.addresses import checked_broker, checked_store_url
from config.alert_rules import Rule
from config.calendar import Calendar
from config.channels import Channel
from config.durability import Checkpoints, DeadLetterKeeping, JournalSettings, Limits, OutboxSettings
from config.durations import LONGEST_NS, SECOND_NS
from config.duty import Inhibition, Ladder, Maintenance, Notification, Office, Officer, Route, Shift
from config.indicator_rules import IndicatorRules
from config.noise_limits import LandUse
from config.periods import Period
from config.pillars import Scores
from config.quality_rules import QualityRules
from config.roads import ROADS, Road
from config.section import Duration, File, Name, Section, Wait, between
from config.service import Http, Log
from config.timezones import checked_timezone
from config.topics import checked_filter, checked_group, checked_template

QuantityKind = Literal["gauge", "counter", "state", "angle", "level"]
"""How readings combine: gauge (mean), counter (increase, reset-safe), state (time in state), angle in degrees
(vector mean), level in dB (energy mean)."""


class City(Section):
    id: Name = "city"
    """Stands for the city level where a source's topic has none."""
    name: str = ""
    timezone: Annotated[str, AfterValidator(checked_timezone)] = "Asia/Jakarta"
    language: Literal["id", "en"] = "id"


class Tls(Section):
    ca: File | None = None
    certificate: File | None = None
    key: File | None = None


class Quantity(Section):
    unit: str = ""
    kind: QuantityKind = "gauge"
    min: float | None = None
    """Plausible range, both ends included. A value outside it stays out of the windows and is counted."""
    max: float | None = None
    percentiles: tuple[Annotated[float, Field(gt=0, lt=100)], ...] = ()
    """Percentiles of each window, from a histogram over [min, max]; both limits must be given."""
    bins: Annotated[int, Field(ge=2, le=10_000)] = 200
    states: tuple[Annotated[int, Field(ge=-(2**53), le=2**53)], ...] = (1,)
    """For kind "state": the values whose time is measured."""
    harmonic: bool = False
    """For kind "gauge": also the harmonic mean, which for spot speeds is the space-mean speed."""
    max_change: Annotated[float, Field(gt=0)] | None = None
    """Largest plausible change within 10 minutes, in the unit of the quantity; beyond it readings are flagged."""
    drift: Annotated[float, Field(gt=0)] | None = None
    """Lasting difference from the median of the zone from which a sensor may have drifted; absent: not compared."""
    steady: bool = False
    """Whether it may stay the same for ever; then nothing of it is stuck, flat, a spike or unusual."""


class Kind(Section):
    """A kind of device: parking, traffic, air, ..."""

    every: Duration | None = None
    """Expected time between two readings of a device; learned from its readings where absent."""
    quantities: dict[str, Quantity] = Field(default={})
    priority: Literal["low", "normal", "high"] = "normal"
    """Who goes first when messages at QoS 0 must be shed: low before normal; high never."""
    indicators: IndicatorRules = IndicatorRules()
    quality: QualityRules = QualityRules()


class Source(Section):
    name: Name = "mqtt"
    broker: Annotated[str, AfterValidator(checked_broker)] = "mqtt://127.0.0.1:1883"
    """mqtt://HOST:PORT or mqtts://HOST:PORT (TLS)."""
    topics: Annotated[tuple[Annotated[str, AfterValidator(checked_filter)], ...], Field(min_length=1)] = ("city/#",)
    topic: Annotated[str, AfterValidator(checked_template)] = "city/{city}/{kind}/{device}/#"
    """What each level of a topic means: {city}, {kind}, {device}, {zone}, + (ignored), a final # (ignored)."""
    kind: str | None = None
    """The kind of every device of this source, where the topic does not say it."""
    qos: Literal[0, 1, 2] = 1
    format: Literal["json"] = "json"
    time_field: str = "ts"
    sequence_field: str = "seq"
    fields: dict[str, str] = Field(default={})
    """Payload field -> quantity, where the names differ. A field that is not listed keeps its own name."""
    ignore: tuple[str, ...] = ()
    """Payload fields that are no quantities."""
    raw: bool = False
    """Also store each value, as measurement "reading"."""
    client_id: str = ""
    """Where empty: "denyut-" and a stable part made from the data directory."""
    username: str | None = None
    password: SecretStr | None = None
    password_env: str | None = None
    password_file: File | None = None
    tls: Tls = Tls()
    shared_group: Annotated[str | None, AfterValidator(checked_group)] = None
    """Subscribe as $share/GROUP/..., so that several processes divide one stream."""
    session_expiry: Duration = 3600 * SECOND_NS
    receive_maximum: Annotated[int, Field(ge=1, le=65_535)] = 65_535


Stretch = Annotated[Duration, between(SECOND_NS, LONGEST_NS, SECOND_NS // 10)]
"""Of a window. Windows are made of panes that fit all of them: of a tenth of a second at least."""


class Window(Section):
    size: Stretch
    hop: Stretch | None = None
    """Distance between two starts; absent: tumbling (hop = size)."""
    kinds: tuple[str, ...] = ()
    """Kinds of device it is computed for; empty: all."""


class Windows(Section):
    sizes: tuple[Window, ...] = (
        Window(size=10 * SECOND_NS),
        Window(size=60 * SECOND_NS),
        Window(size=900 * SECOND_NS),
    )
    civil: tuple[Period, ...] = ()
    """Also windows of the city's own clock, of all kinds of device."""
    delay: Annotated[Wait, between(0, 86_400 * SECOND_NS)] = 2 * SECOND_NS
    """How long a window waits for readings that are out of order before it closes."""
    lateness: Annotated[Wait, between(0, 366 * 86_400 * SECOND_NS)] = 900 * SECOND_NS
    """How long after its closing a late reading still revises a window."""
    ahead: Annotated[Duration, between(SECOND_NS, 86_400 * SECOND_NS)] = 60 * SECOND_NS
    """A reading whose time lies further ahead of the receive time is rejected: its clock is wrong."""
    memory: Annotated[int, Field(ge=1)] = 64
    """MiB for closed windows that wait for late readings; the oldest are let go first when it is full."""
    anomaly_series: Annotated[int, Field(ge=0)] = 10_000
    """Series whose usual values are kept for each hour of the week, 1,737 bytes each; others get no anomaly score."""


class Zone(Section):
    id: Name
    name: str = ""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    population: Annotated[int, Field(ge=0)] | None = None
    area_km2: Annotated[float, Field(gt=0)] | None = None
    land_use: LandUse | None = None
    noise_limit: float | None = None
    """dB(A), where it is stricter than that of the land use."""


class Device(Section):
    id: Name
    kind: Name
    zone: str = ""
    name: str = ""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    capacity: Annotated[float, Field(gt=0)] | None = None
    """Spaces of a car park, where its readings do not say; of a traffic station smp/h on all lanes it counts."""
    every: Duration | None = None
    office: str = ""
    gateway: str = ""
    """Device through which it is heard: while that one is silent, it is silent too."""
    land_use: LandUse | None = None
    noise_limit: float | None = None
    """dB(A) where a sound level meter stands; after loading also where the land use or the zone says it."""
    siaga_3: float | None = None
    """Level in cm, on the gauge's own staff, from which Siaga 3 holds; Siaga 1 is the most dangerous."""
    siaga_2: float | None = None
    siaga_1: float | None = None
    siaga_3_inclusive: bool | None = None
    """False: the stage holds only above its threshold, not at it."""
    siaga_2_inclusive: bool | None = None
    siaga_1_inclusive: bool | None = None
    downstream: str = ""
    """The gauge that the water of this one reaches next."""
    travel_time: Duration | None = None
    """Of a flood wave from here to that gauge."""
    road: Road | None = None
    lanes: Annotated[int, Field(ge=1)] | None = None
    """Lanes that a traffic station counts, all together."""
    free_speed: Annotated[float, Field(gt=0)] | None = None
    """km/h of vehicles on the empty road, the base free-flow speed."""
    length: Annotated[float, Field(gt=0)] | None = None
    """Metres of road that a station stands for."""
    free_travel_time: Annotated[float, Field(gt=0)] | None = None
    """Seconds over this length on the empty road, where it is not length / free_speed."""
    detector_length: Annotated[float, Field(gt=0)] | None = None
    """Metres: the mean length of a vehicle and of the detection zone together."""
    emp_heavy: Annotated[float, Field(gt=0)] | None = None
    """smp of a heavy vehicle, where the table of the road does not hold (signals, slopes)."""
    emp_motorcycle: Annotated[float, Field(gt=0)] | None = None

    @property
    def road_number(self) -> int | None:
        """Position of the road among `ROADS`."""
        return None if self.road is None else ROADS.index(self.road)


class StoreSettings(Section):
    kind: Literal["sqlite", "influxdb1", "influxdb2", "influxdb3"] = "sqlite"
    url: Annotated[str, AfterValidator(checked_store_url)] = "http://127.0.0.1:8086"
    database: str = "denyut"
    """Database (1.x, 3.x) or bucket (2.x)."""
    org: str = "denyut"
    username: str | None = None
    password: SecretStr | None = None
    password_env: str | None = None
    password_file: File | None = None
    token: SecretStr | None = None
    token_env: str | None = None
    token_file: File | None = None


class Mirror(StoreSettings):
    """A further store that gets the same points; it is written to, never asked."""

    name: Name


class Retention(Section):
    """How long points are kept; absent: for ever."""

    reading: Duration | None = 7 * 86_400 * SECOND_NS
    window: Duration | None = 90 * 86_400 * SECOND_NS
    indicator: Duration | None = None


class Settings(Section):
    city: City = City()
    sources: tuple[Source, ...] = (Source(),)
    kinds: dict[str, Kind] = Field(default={})
    windows: Windows = Windows()
    scores: Scores = Scores()
    zones: tuple[Zone, ...] = ()
    offices: tuple[Office, ...] = ()
    devices: tuple[Device, ...] = ()
    devices_csv: tuple[File, ...] = ()
    """CSV files of devices, with the keys of a device as their header; paths relative to the file that names them."""
    rules: tuple[Rule, ...] = ()
    shipped_rules: tuple[Name, ...] = ()
    """Ids of rules that ship with Denyut, or "all"; one of `rules` with the same id takes its place."""
    calendar: Calendar = Calendar()
    officers: tuple[Officer, ...] = ()
    shifts: tuple[Shift, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    routes: tuple[Route, ...] = ()
    inhibitions: tuple[Inhibition, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    notification: Notification = Notification()
    channels: tuple[Channel, ...] = ()
    actuators: tuple[Actuator, ...] = ()
    store: StoreSettings = StoreSettings()
    mirrors: tuple[Mirror, ...] = ()
    retention: Retention = Retention()
    journal: JournalSettings = JournalSettings()
    checkpoint: Checkpoints = Checkpoints()
    outbox: OutboxSettings = OutboxSettings()
    dead_letters: DeadLetterKeeping = DeadLetterKeeping()
    limits: Limits = Limits()
    http: Http = Http()
    log: Log = Log()
