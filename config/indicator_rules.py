"""Rules of indicators on which the sources disagree: each with the choice that holds where nothing is configured."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.durations import SECOND_NS
from config.environment_rules import EnvironmentRules
from config.roads import FallingEdges
from config.section import Duration, Wait


def _ascending(edges: tuple[float, ...]) -> tuple[float, ...]:
    if any(low >= high for low, high in pairwise(edges)):
        raise ValueError(f"{list(edges)} must ascend")
    return edges


FourEdges = Annotated[tuple[float, float, float, float], AfterValidator(_ascending)]
FiveEdges = Annotated[tuple[float, float, float, float, float], AfterValidator(_ascending)]


def _falling_points(points: tuple[float, ...]) -> tuple[float, ...]:
    if any(high <= low for high, low in pairwise(points)) or points[0] > 100 or points[-1] < 0:
        raise ValueError(f"{list(points)} must fall, from at most 100 to at least 0")
    return points


AnswerPoints = Annotated[tuple[float, float, float, float], AfterValidator(_falling_points)]


Share = Annotated[float, Field(gt=0, lt=1)]


class IndicatorRules(EnvironmentRules):
    us_aqi_above_300: Literal["one", "two"] = "one"
    """Segments of the US AQI from 301 to 500; the federal table of 2024 leaves it open."""
    noise_tolerance: float = 3.0
    """dB(A) above the limit that still pass."""
    heat_risk: FourEdges = (80.0, 90.0, 103.0, 125.0)
    """Heat index in degrees Fahrenheit from which caution, extreme caution, danger and extreme danger hold."""
    rain_hour: FiveEdges = (0.1, 1.0, 5.0, 10.0, 20.0)
    """mm in an hour from which rain is very light, light, moderate and heavy, and beyond which it is very heavy."""
    rain_day: FiveEdges = (0.5, 20.0, 50.0, 100.0, 150.0)
    """mm in 24 hours from which rain is light, moderate, heavy and very heavy, and beyond which it is extreme."""
    los_saturation: FiveEdges = (0.20, 0.45, 0.75, 0.85, 1.00)
    """Degree of saturation at which level of service A ends, and B, C, D and E."""
    los_speed_share: FallingEdges = (0.80, 0.67, 0.50, 0.40, 0.30)
    """Travel speed / free speed of a street at which level of service A ends, and B, C, D and E; HCM 2010 has 0.85."""
    los_density: FiveEdges = (6.84, 11.18, 16.16, 21.75, 27.96)
    """Passenger cars on a km of a freeway lane at which level of service A ends, and B, C, D and E."""
    los_speed: FallingEdges = (80.0, 70.0, 60.0, 50.0, 30.0)
    """km/h from which level of service A holds, and B, C, D and E; in towns E is also read from 10."""
    parking_target: Share = 0.85
    """Occupancy above which a driver finds no free space nearby."""
    parking_debounce: Wait = 60 * SECOND_NS
    """How long a single space must stay in a new state before a stay begins or ends; usual: 30 to 60 s."""
    parking_silence: Duration = 86_400 * SECOND_NS
    """After this time without a reading nobody knows any more what stands on a single space, or behind gates."""
    parking_empty_hour: Annotated[int, Field(ge=0, le=23)] | None = None
    """Hour of the local day in which nobody is inside, so that counts by gates begin again at 0."""
    congested_below: Share = 0.5
    """Speed / free speed below which a station is congested, near the edge of level of service C and D."""
    congested_until: Share = 0.6
    """Speed / free speed above which a congested station is clear again."""
    congested_windows: Annotated[int, Field(ge=1, le=100)] = 2
    """Slow windows in a row after which a station is congested."""
    los_delay: FiveEdges = (10.0, 20.0, 35.0, 55.0, 80.0)
    """Seconds of delay of a vehicle at a signal at which level of service A ends, and B, C, D and E (HCM)."""
    satisfaction_points: AnswerPoints = (100.0, 67.0, 33.0, 0.0)
    """Points of the satisfaction index for the answers very satisfied, satisfied, fair and not satisfied."""
