"""When it is dark: how long before and after solar midnight the sun stands below a height, on each day of the year."""

from dataclasses import dataclass

import numpy as np

from simulators.draws import FloatArray

_YEAR_D = 365.2425


@dataclass(frozen=True, slots=True)
class Sun:
    """Of some days; all (n,)."""

    declination: FloatArray
    """Radians."""
    ahead_h: FloatArray
    """The equation of time: hours that a sundial is ahead of the mean sun."""

    @classmethod
    def on(cls, day: FloatArray) -> "Sun":
        """(n,) days since 1 January 1970, with their fractions: NOAA's General Solar Position Calculations."""
        year = 2.0 * np.pi * (day % _YEAR_D) / _YEAR_D
        once, twice, thrice = ((np.cos(times * year), np.sin(times * year)) for times in (1, 2, 3))
        ahead_min = 229.18 * (
            0.000075 + 0.001868 * once[0] - 0.032077 * once[1] - 0.014615 * twice[0] - 0.040849 * twice[1]
        )
        declination = 0.006918 - 0.399912 * once[0] + 0.070257 * once[1] - 0.006758 * twice[0] + 0.000907 * twice[1]
        declination = declination - 0.002697 * thrice[0] + 0.00148 * thrice[1]
        return cls(declination, ahead_min / 60.0)

    def dark_h(self, latitude: FloatArray, height: FloatArray) -> FloatArray:
        """(n,) hours from dusk to solar midnight, and from there to dawn; both in degrees, dusk by `height` of the sun.

        0 where the sun does not go down so far, 12 where it does not come up.
        """
        north = np.radians(latitude)
        cosine = (np.sin(np.radians(height)) - np.sin(north) * np.sin(self.declination)) / (
            np.cos(north) * np.cos(self.declination)
        )
        dark: FloatArray = 12.0 - np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))) / 15.0
        return dark
