from simulators.load.storms import Storm, Storms


def test_a_storm_breaks_out_every_so_often_while_the_load_lasts() -> None:
    storms = Storms(10.0)
    began = [now for now in range(60) if storms.breaks_out(now, 35.0, 4, 0)]
    assert began == [10, 20, 30]


def test_after_a_storm_that_took_longer_the_next_comes_at_its_own_time() -> None:
    storms = Storms(10.0)
    assert [storms.breaks_out(now, 100.0, 4, 0) for now in (10.0, 34.0, 35.0, 40.0)] == [True, True, False, True]


def test_without_storms_none_breaks_out() -> None:
    storms = Storms(None)
    assert not any(storms.breaks_out(now, 100.0, 4, 0) for now in range(100))


def test_it_is_over_once_with_the_failures_since_it_began() -> None:
    storms = Storms(10.0)
    storms.note(5.0, over=True, failures=0)
    assert storms.breaks_out(10.0, 100.0, 50, failures=3)
    storms.note(10.5, over=False, failures=4)
    assert storms.passed == [Storm(10.0, 50, failures=1)]
    storms.note(12.0, over=True, failures=5)
    storms.note(15.0, over=True, failures=9)
    assert storms.passed == [Storm(10.0, 50, failures=2, back_s=2.0)]
    assert storms.passed[0].connects_a_second == 25.0
