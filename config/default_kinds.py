"""What Denyut knows about the usual kinds of device before anyone configures it.

A range here only keeps out what no instrument can mean (a broken sensor's 65535, a -999 for "missing"); what is unusual
for a street or a station stays in and is judged by the indicators. Units are those that the Indonesian rules use:
µg/m³ for every gas of the ISPU (CO too), dB(A), km/h, hPa.
"""

from config.settings import Kind, Quantity, Settings

SPACES = Quantity(unit="spaces", min=0)
FIXED_SPACES = Quantity(unit="spaces", min=0, steady=True)

VEHICLES = Quantity(unit="vehicles", min=0)

PARKING = {
    "occupied": SPACES,
    "free": SPACES,
    "capacity": FIXED_SPACES,
    "out_of_service": FIXED_SPACES,
    # 1 open, 0 closed.
    "open": Quantity(min=0, max=1, steady=True),
    # Through the gates since the previous reading.
    "entries": VEHICLES,
    "exits": VEHICLES,
}

TRAFFIC = {
    # Vehicles since the previous reading, not a running total: a running total is kind "counter".
    "vehicle_count": VEHICLES,
    "light_count": VEHICLES,
    "heavy_count": VEHICLES,
    "motorcycle_count": VEHICLES,
    "speed": Quantity(unit="km/h", min=0, max=250, percentiles=(85,), bins=250, harmonic=True),
    # A fraction for most detectors, percent for some: no limit can be right for both.
    "occupancy": Quantity(unit="fraction", min=0),
    # Over the length of road that a pair of readers watches.
    "travel_time": Quantity(unit="s", min=0),
    # Of a vehicle, by the signal.
    "delay": Quantity(unit="s", min=0),
}

# Own choice, for a town in the tropics: a gust front cools the air by no more than ten degrees in ten minutes.
TEMPERATURE = Quantity(unit="°C", min=-30, max=60, max_change=10, drift=4)
# Capacitive sensors overshoot in fog.
HUMIDITY = Quantity(unit="%", min=0, max=105, max_change=50, drift=20)

# The highest ISPU concentrations are 500 (PM), 1200 (SO2), 45000 (CO), 1000 (O3) and 3000 µg/m³ (NO2); haze from peat
# fires has gone far beyond them. Reference stations report slightly negative values near zero.
AIR = {
    "pm25": Quantity(unit="µg/m³", min=-20, max=5_000, drift=30),
    "pm10": Quantity(unit="µg/m³", min=-20, max=10_000, drift=60),
    "so2": Quantity(unit="µg/m³", min=-50, max=10_000),
    "co": Quantity(unit="µg/m³", min=-500, max=200_000),
    "o3": Quantity(unit="µg/m³", min=-50, max=5_000),
    "no2": Quantity(unit="µg/m³", min=-50, max=10_000),
    "hc": Quantity(unit="µg/m³", min=-50, max=10_000),
    "temperature": TEMPERATURE,
    "humidity": HUMIDITY,
}

# Low-cost sensors: optical, so that they read too much in humid air, each by a factor of its own. Not compared with
# their neighbours, since they differ for good.
LOW_COST_PM = {
    "pm25": Quantity(unit="µg/m³", min=-20, max=5_000),
    "pm10": Quantity(unit="µg/m³", min=-20, max=10_000),
    "temperature": Quantity(unit="°C", min=-30, max=80),
    "humidity": Quantity(unit="%", min=0, max=105),
}

# 0.5 dB bins, from the noise floor of a class 2 meter to the threshold of pain; L10 and L90 are exceeded 10 % and 90 %
# of the time, so they are the 90th and the 10th percentile.
NOISE = {"laeq": Quantity(unit="dB(A)", kind="level", min=20, max=140, percentiles=(10, 50, 90), bins=240)}

# Staff readings count from a local zero and may be negative.
WATER = {
    # Flash floods rise by a metre and more in ten minutes.
    "level_cm": Quantity(unit="cm", min=-1_000, max=10_000, max_change=200),
    "rain_mm": Quantity(unit="mm", min=0, max=500),
    "flow": Quantity(unit="m³/s"),
}

WEATHER = {
    "temperature": TEMPERATURE,
    "humidity": HUMIDITY,
    "pressure": Quantity(unit="hPa", min=500, max=1_100, max_change=10, drift=5),
    "wind_speed": Quantity(unit="m/s", min=0, max=120),
    "wind_direction": Quantity(unit="°", kind="angle", min=0, max=360),
    # Rain since the previous reading.
    "rain_mm": Quantity(unit="mm", min=0, max=500),
    "solar": Quantity(unit="W/m²", min=-20, max=2_000),
}

LIGHT = {
    # 1 on, 0 off: the time in which it is on.
    "on": Quantity(kind="state", min=0, max=1, steady=True),
    "dimming": Quantity(unit="%", min=0, max=100, steady=True),
    "power_w": Quantity(unit="W", min=0, max=5_000, steady=True),
    # A running total, as meters have it.
    "energy_kwh": Quantity(unit="kWh", kind="counter", min=0),
}

# Under a dark lid in the sun it is hotter than the air.
BIN = {"fill": Quantity(unit="%", min=0, max=100), "temperature": Quantity(unit="°C", min=-30, max=100)}

# Answers since the previous reading, as from a kiosk with four buttons; a running total is kind "counter".
ANSWERS = Quantity(unit="answers", min=0)
SATISFACTION = {"very_satisfied": ANSWERS, "satisfied": ANSWERS, "fair": ANSWERS, "not_satisfied": ANSWERS}

# What any device may say about itself: percent or volts, dBm or bars, so without limits.
HOUSEKEEPING = {
    "battery": Quantity(steady=True),
    "rssi": Quantity(unit="dBm", steady=True),
    "snr": Quantity(unit="dB", steady=True),
}

DEFAULT_KINDS: dict[str, Kind] = {
    kind: Kind(quantities=quantities | HOUSEKEEPING)
    for kind, quantities in {
        "parking": PARKING,
        "traffic": TRAFFIC,
        "air": AIR,
        "pm": LOW_COST_PM,
        "noise": NOISE,
        "water": WATER,
        "weather": WEATHER,
        "light": LIGHT,
        "bin": BIN,
        "satisfaction": SATISFACTION,
    }.items()
}


def effective_kinds(settings: Settings) -> dict[str, Kind]:
    """The kinds that hold at run time: the defaults, each quantity replaced by the configuration's where it has one."""
    kinds = dict(DEFAULT_KINDS)
    for name, configured in settings.kinds.items():
        known = kinds.get(name, Kind())
        every = configured.every if configured.every is not None else known.every
        kinds[name] = configured.model_copy(
            update={"every": every, "quantities": known.quantities | configured.quantities}
        )
    return kinds
