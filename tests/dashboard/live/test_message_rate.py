import pytest

from dashboard.live.message_rate import MessageRate


def test_one_report_gives_no_rate() -> None:
    assert MessageRate().observe(0.0, 100) is None


def test_the_rate_is_what_came_between_reports() -> None:
    rate = MessageRate()
    rate.observe(0.0, 100)
    assert rate.observe(2.0, 700) == 300.0


def test_only_the_last_five_seconds_count() -> None:
    rate = MessageRate(span_s=5.0)
    for second in range(10):
        rate.observe(float(second), 1_000 * second)
    assert [rate.observe(float(10 + step), 9_000) for step in range(6)] == pytest.approx([800, 600, 400, 200, 0, 0])


def test_a_counter_that_starts_again_gives_no_negative_rate() -> None:
    rate = MessageRate()
    rate.observe(0.0, 5_000)
    assert rate.observe(1.0, 10) is None
    assert rate.observe(2.0, 30) == 20.0
