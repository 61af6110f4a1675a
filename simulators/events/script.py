"""The events of a scenario: a table of the file for each kind."""

from config.section import Section
from simulators.events.accident import Accident
from simulators.events.fire import Fire
from simulators.events.flood_wave import FloodWave
from simulators.events.gathering import Gathering
from simulators.events.haze import Haze
from simulators.events.power_cut import PowerCut
from simulators.events.rain import Rain


class Script(Section):
    accidents: tuple[Accident, ...] = ()
    gatherings: tuple[Gathering, ...] = ()
    rains: tuple[Rain, ...] = ()
    flood_waves: tuple[FloodWave, ...] = ()
    hazes: tuple[Haze, ...] = ()
    fires: tuple[Fire, ...] = ()
    power_cuts: tuple[PowerCut, ...] = ()
