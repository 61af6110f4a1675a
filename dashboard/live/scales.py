"""Scales in the words and colours that people know them by: levels of service, ISPU, Siaga, rain."""

from collections.abc import Callable
from dataclasses import dataclass

from rich.text import Text

from alerts.texts.forms import RAIN_CLASSES
from config.language import N_, Language
from processors.indicators.ispu import CATEGORIES, category

GREEN, BLUE, YELLOW = "bold white on #006400", "bold white on #0000cc", "bold black on #e6c200"
ORANGE, RED, BLACK = "bold black on #e07000", "bold white on #b00000", "bold white on #000000"


@dataclass(frozen=True)
class Scale:
    """Steps that have names of their own."""

    names: dict[int, str]
    """Step -> its name."""
    styles: dict[int, str]
    step: Callable[[float], int | None] = round
    """Value -> step; None: there is none."""
    says_number: bool = False
    """The value stands before the name."""

    def text(self, value: float, language: Language) -> Text:
        step = self.step(value)
        number = f"{language.number(value)} " if self.says_number or step not in self.names else ""
        if step is None or step not in self.names:
            return Text(number.strip())
        return Text.assemble(number, (language.gettext(self.names[step]), self.styles.get(step, "")))


def _category_step(index: float) -> int | None:
    found = category(index)
    return None if found is None else CATEGORIES.index(found) + 1


LEVEL_OF_SERVICE = Scale(
    {1: "A", 2: "B", 3: "C", 4: "D", 5: "E", 6: "F"},
    {1: GREEN, 2: GREEN, 3: BLUE, 4: YELLOW, 5: ORANGE, 6: RED},
)

# Green, blue, yellow, red and black of P.14/2020, as backgrounds so that black shows on a dark terminal too.
ISPU = Scale(
    {1: N_("Good"), 2: N_("Moderate"), 3: N_("Unhealthy"), 4: N_("Very unhealthy"), 5: N_("Hazardous")},
    {1: GREEN, 2: BLUE, 3: YELLOW, 4: RED, 5: BLACK},
    step=_category_step,
    says_number=True,
)

SIAGA = Scale(
    {4: N_("normal"), 3: N_("watch"), 2: N_("critical"), 1: N_("disaster")},
    {4: GREEN, 3: YELLOW, 2: ORANGE, 1: RED},
    says_number=True,
)

RAIN = Scale(RAIN_CLASSES, {4: YELLOW, 5: ORANGE, 6: RED})
