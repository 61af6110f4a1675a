import pytest

from simulators.load.rates import parse_rates


def test_a_level_rate_is_due_evenly() -> None:
    rates = parse_rates("50k")
    assert [rates.due(share) for share in (0.0, 0.5, 1.0)] == [0.0, 25_000.0, 50_000.0]


def test_steps_share_the_time_equally() -> None:
    rates = parse_rates("10k, 20k")
    assert [rates.due(share) for share in (0.25, 0.5, 0.75, 1.0)] == [2_500.0, 5_000.0, 10_000.0, 15_000.0]


def test_a_rise_is_a_straight_line() -> None:
    rates = parse_rates("0.1k:300:500")
    assert [rates.due(share) for share in (0.25, 0.5, 1.0)] == pytest.approx([37.5, 100.0, 300.0])
    assert rates.largest == 500


@pytest.mark.parametrize("text", ["", "fast", "10k,20k:30k", "0", "11M", "-5"])
def test_what_is_no_rate_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"rate"):
        parse_rates(text)
