"""What a demo plays to its city, in words: whoever watches must not take it for a flood."""

from config.language import N_, Language
from config.settings import Settings
from simulators.events.flood_wave import FloodWave
from simulators.scenario import Scenario


def sentences(scenario: Scenario, settings: Settings, language: Language) -> tuple[str, ...]:
    return tuple(_sentence(wave, settings, language) for wave in scenario.flood_waves)


def _sentence(wave: FloodWave, settings: Settings, language: Language) -> str:
    names = {device.id: device.name for device in settings.devices}
    why: str = getattr(wave.title, language.code) or wave.title.en or wave.title.id
    rises = language.gettext(N_("{gauge} rises {amount} cm")).format(
        gauge=names.get(wave.device) or wave.device,
        amount=language.number(wave.amount),
    )
    return f"{why}; {rises}" if why else rises
