"""What can be said of a fault, and what is refused with a sentence."""

from pathlib import Path

import pytest

from config.mistakes import ConfigurationError
from simulators.faults.fault import FAULT_KINDS
from simulators.faults.malformed import REASONS
from simulators.scenario_files import load_scenario


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ('kind = "lost"\ntime = "5s"', "a fault of kind 'lost' has no 'time'"),
        (
            'kind = "delayed"\nquantity = "pm25"\namount = 2',
            "a fault of kind 'delayed' has no 'amount' and no 'quantity'",
        ),
        ('kind = "lost"\nbegin = "5m"\nend = "2m"', "it ends after 2m, which is not after its begin (5m)"),
        ('kind = "gateway_death"\nbuffered = true', "what is buffered is uploaded after `time`, which is missing"),
        ('kind = "malformed"\nsorts = ["cutoff"]', "did you mean 'cut_off'?"),
        (
            'kind = "spike"\namount = 1e300',
            "the `amount` of a spike must be from -1,000,000,000 to 1,000,000,000, not 1e+300",
        ),
        (
            'kind = "drift"\namount = -2e9',
            "the `amount` of a drift must be from -1,000,000,000 to 1,000,000,000, not -2e+09",
        ),
        ('kind = "clock_drift"\namount = 3601', "the `amount` of a clock_drift must be from -3,600 to 3,600, not 3601"),
        ('kind = "reorderd"', "did you mean 'reordered'?"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, fault: str, sentence: str) -> None:
    file = tmp_path / "odd.toml"
    file.write_text(f"[[faults]]\n{fault}\n")
    with pytest.raises(ConfigurationError) as error:
        load_scenario(file)
    (line,) = str(error.value).splitlines()
    assert sentence in line


def test_every_fault_and_every_way_of_being_malformed_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    assert [kind for kind in FAULT_KINDS if f"\n| `{kind}` |" not in page] == []
    said = [word for sort, reason in REASONS.items() for word in (sort, reason.value)]
    assert [word for word in said if f"`{word}`" not in page] == []
