"""From when on readings of a kind of device are flagged, and what counts as unusual."""

from typing import Annotated

from pydantic import Field

from config.durations import SECOND_NS
from config.section import Duration, Section

Share = Annotated[float, Field(gt=0, le=1)]
Ratio = Annotated[float, Field(gt=1)]


class QualityRules(Section):
    stuck_readings: Annotated[int, Field(ge=2)] = 30
    """Expected readings without a change after which a device is stuck, where the others of its kind move."""
    stuck_ratio: Ratio = 8.0
    """And so many times as long as four fifths of the others stand still."""
    flat: Duration = 24 * 3600 * SECOND_NS
    """Time without a change after which a series that once moved is flat, whatever the others do."""
    spike: Ratio = 12.0
    """How many times its usual change a series moves at least for a spike."""
    together: Share = 0.5
    """Share of the neighbours that must move the same way for an event of the city."""
    gap: Ratio = 3.0
    """Intervals of a device without a reading that make a gap."""
    drift_over: Duration = 24 * 3600 * SECOND_NS
    """Time constant of the mean difference from the neighbours."""
    drift_ratio: Ratio = 4.0
    """How many times the usual difference between devices a drifting one has at least."""
    clock_windows: Annotated[int, Field(ge=1, le=200)] = 3
    """Windows in a row in which most readings came with a wrong time."""
    anomaly: Ratio = 6.0
    """Score from which a value is unusual for its hour."""
