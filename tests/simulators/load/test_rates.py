import numpy as np
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


def test_the_tenth_message_at_ten_a_second_is_due_after_a_second() -> None:
    rates, lasts_s = parse_rates("10"), 4.0
    assert (rates.when(np.array([1, 10, 40]) / lasts_s) * lasts_s).tolist() == pytest.approx([0.1, 1.0, 4.0])


@pytest.mark.parametrize("text", ["50k", "10k,50k,200k", "10k:200k", "200k:10k", "1k:1k:5k"])
def test_when_so_many_are_due_is_what_is_due_turned_round(text: str) -> None:
    rates = parse_rates(text)
    shares = np.linspace(0.001, 1.0, 777)
    assert rates.when(np.array([rates.due(share) for share in shares])) == pytest.approx(shares, rel=1e-9)


@pytest.mark.parametrize("text", ["", "fast", "10k,20k:30k", "0", "11M", "-5"])
def test_what_is_no_rate_is_said_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"rate"):
        parse_rates(text)
