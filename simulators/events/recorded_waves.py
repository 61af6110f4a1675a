"""Shapes of flood waves that people have read off a gauge: facts of the press, as shares of the crest."""

from config.durations import UNITS_NS
from simulators.events.courses import Recorded

_MINUTE_NS = UNITS_NS["m"]

_KATULAMPA_2020 = (
    (0, 0),
    (49, 40),
    (53, 120),
    (58, 170),
    (64, 200),
    (70, 220),
    (77, 240),
    (78, 250),
    (98, 250),
    (136, 140),
    (342, 80),
    (840, 0),
)
"""Minutes since 17:00 WIB of 21 September 2020, and cm on the staff of Katulampa, at the Ciliwung above Jakarta.

17:49 to 18:18: Media Indonesia, 21 September 2020, of the BPBD of Bogor. On the crest for 20 to 30 minutes: IDN Times,
the same day. 19:16, 140 cm: Kompas, the same day. 22:42, 80 cm: detikNews, the same day. Back at its beginning next
morning at 07:00: own choice."""

KATULAMPA_2020 = Recorded([(minute * _MINUTE_NS, cm / 250.0) for minute, cm in _KATULAMPA_2020])
