"""What stands around a car park, and how full that makes it over a day of each kind."""

from dataclasses import dataclass

from simulators.days import Day
from simulators.rhythm import Curve, Rhythm
from simulators.road_rhythms import SCHOOL_WORDS


@dataclass(frozen=True, slots=True)
class LandUse:
    words: tuple[str, ...]
    """Of which one stands in a device's id or name."""
    rhythm: Rhythm
    """Share of the spaces that are taken."""
    stay_h: float
    """How long a vehicle stays."""
    share: float
    """Of the car parks whose name does not tell what stands around."""
    empty_at_night: bool = False


_CLOSED: Curve = ((0, 0.1),)
_PRAYER: Curve = ((11, 1.0), (11.75, 0.7), (12.75, 0.7), (13.25, 1.0))
"""On Fridays."""

_MARKET = Rhythm(
    ((0, 0.08), (3, 0.25), (6, 0.75), (9, 0.78), (12, 0.52), (17, 0.30), (21, 0.10)),
    ((0, 0.10), (3, 0.30), (6, 0.85), (10, 0.88), (13, 0.60), (17, 0.35), (21, 0.12)),
    times=(
        (Day.MARKET, ((2, 1.0), (4, 1.25), (10, 1.25), (13, 1.0))),
        (Day.FRIDAY, _PRAYER),
        # Breakfast is bought for nobody, and the meal that breaks the fast for everybody.
        (Day.RAMADAN, ((3, 1.0), (5, 0.7), (8, 0.8), (12, 1.0), (15.5, 2.2), (17, 2.0), (17.75, 0.6), (19, 1.0))),
        (Day.LEBARAN, ((0, 0.25),)),
    ),
)
_OFFICE = Rhythm(
    ((0, 0.04), (6, 0.10), (8, 0.82), (10, 0.92), (12, 0.80), (14, 0.90), (17, 0.35), (20, 0.06)),
    ((0, 0.03), (9, 0.10), (12, 0.12), (18, 0.05)),
    times=(
        (Day.FRIDAY, ((11, 1.0), (11.75, 0.6), (12.75, 0.6), (13.5, 1.0))),
        # From 08:00 to 15:00; Perpres 21/2023 on the hours of offices.
        (Day.RAMADAN, ((6.5, 0.8), (7.5, 0.75), (8.5, 1.0), (12, 1.1), (14.5, 1.0), (16, 0.45), (18, 0.5), (20, 1.0))),
    ),
)
_SHOPPING = Rhythm(
    ((0, 0.03), (9, 0.08), (12, 0.45), (15, 0.40), (19, 0.75), (21, 0.40), (22, 0.08)),
    ((0, 0.04), (9, 0.15), (12, 0.70), (16, 0.85), (19, 0.97), (21, 0.60), (22, 0.10)),
    times=(
        (Day.FRIDAY, _PRAYER),
        (
            Day.RAMADAN,
            ((10, 1.0), (12, 0.55), (15, 0.8), (17, 1.2), (18.5, 1.1), (19.5, 0.85), (20.5, 1.3), (22, 1.5)),
        ),
    ),
)
_STATION = Rhythm(
    ((0, 0.35), (5, 0.45), (8, 0.88), (15, 0.85), (18, 0.55), (22, 0.38)),
    ((0, 0.45), (7, 0.60), (11, 0.75), (18, 0.70), (22, 0.50)),
)
_HOSPITAL = Rhythm(
    ((0, 0.25), (6, 0.35), (9, 0.90), (12, 0.75), (17, 0.80), (20, 0.45)),
    ((0, 0.22), (8, 0.40), (11, 0.60), (17, 0.70), (20, 0.40)),
)
_HOUSING = Rhythm(
    ((0, 0.93), (6, 0.85), (8, 0.40), (13, 0.35), (17, 0.60), (20, 0.88), (22, 0.93)),
    ((0, 0.93), (9, 0.75), (13, 0.65), (18, 0.75), (22, 0.92)),
    times=((Day.RAMADAN, ((15, 1.0), (17.5, 1.3), (18.5, 1.2), (20, 0.85), (22, 1.0))),),
)
_PRAYERS: Curve = (
    *((0, 0.02), (4, 0.03), (4.5, 0.18), (5.25, 0.05), (11.5, 0.06), (12.1, 0.28), (13, 0.06), (15, 0.06)),
    *((15.4, 0.16), (16, 0.06), (17.5, 0.08), (18, 0.28), (18.5, 0.18), (19.2, 0.30), (20, 0.04), (22, 0.02)),
)
_MOSQUE = Rhythm(
    _PRAYERS,
    _PRAYERS,
    plus=(
        (Day.FRIDAY, ((11, 0.0), (11.5, 0.6), (12, 0.7), (12.5, 0.8), (13, 0.15), (13.5, 0.0))),
        (Day.RAMADAN, ((4, 0.0), (4.5, 0.2), (5.5, 0.0), (18.5, 0.0), (19, 0.6), (20.25, 0.65), (21, 0.0))),
        (Day.LEBARAN, ((5, 0.0), (6, 0.8), (7, 0.9), (8, 0.0))),
    ),
)
_SCHOOL = Rhythm(
    ((0, 0.0), (6, 0.10), (6.75, 0.85), (7.5, 0.70), (12, 0.70), (12.75, 0.85), (14, 0.40), (16, 0.05)),
    ((0, 0.0), (7, 0.02), (9, 0.08), (12, 0.02)),
    times=((Day.NO_SCHOOL, _CLOSED), (Day.RAMADAN, ((6.5, 0.6), (7.5, 1.0), (12, 1.0), (13, 0.4), (17, 1.0)))),
)

LAND_USES = (
    LandUse(("pasar", "market"), _MARKET, 1.2, 0.2, empty_at_night=True),
    LandUse(("kantor", "pemkab", "dinas", "office"), _OFFICE, 6.0, 0.2, empty_at_night=True),
    LandUse(("mall", "plaza", "bravo", "shopping"), _SHOPPING, 2.0, 0.15, empty_at_night=True),
    LandUse(("stasiun", "terminal", "station"), _STATION, 5.0, 0.1),
    LandUse(("rsud", "rumah sakit", "hospital"), _HOSPITAL, 2.5, 0.1),
    LandUse(("perumahan", "housing"), _HOUSING, 9.0, 0.1),
    LandUse(("masjid", "mosque"), _MOSQUE, 0.75, 0.08, empty_at_night=True),
    LandUse(SCHOOL_WORDS, _SCHOOL, 4.0, 0.07, empty_at_night=True),
)
