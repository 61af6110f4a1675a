from storage.outbox.backoff import Backoff


def test_the_ceiling_doubles_up_to_the_last_and_every_wait_below_it_may_come() -> None:
    ceilings = [0.5, 1.0, 2.0, 4.0, 4.0, 4.0]
    waits = []
    for _ in range(300):
        backoff = Backoff(0.5, 4.0)
        waits.append([backoff.delay_s() for _ in ceilings])
    for number, ceiling in enumerate(ceilings):
        of_attempt = [wait[number] for wait in waits]
        assert 0.0 <= min(of_attempt) < 0.1 * ceiling
        assert 0.9 * ceiling < max(of_attempt) <= ceiling


def test_success_begins_anew() -> None:
    backoff = Backoff(0.5, 4.0)
    for _ in range(5):
        backoff.delay_s()
    backoff.reset()
    assert backoff.delay_s() <= 0.5


def test_a_server_is_not_asked_before_the_moment_it_names_unless_that_is_absurdly_far() -> None:
    backoff = Backoff(0.5, 4.0)
    assert all(10.0 <= backoff.asked_s(10.0) <= 10.5 for _ in range(100))
    assert all(300.0 <= backoff.asked_s(86_400.0) <= 300.5 for _ in range(100))
