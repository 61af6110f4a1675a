import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from alerts.consequences import Reason
from alerts.delivery import pace
from alerts.record.reading import Chosen, RecordReader
from alerts.record.record import AlertRecord
from config.durations import SECOND_NS
from tests.alerts.delivery.couriers import deliveries, hook, telling
from tests.alerts.record.notices import NINE, notice, told
from tests.flow.test_run import wait_for
from tests.servers.free_ports import free_port
from tests.servers.webhook_receiver import OK, Answer, Told, receiving

FILE = "alerts.db"


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tried again after a tenth of a second at most."""
    monkeypatch.setattr(pace, "_FIRST_NS", SECOND_NS // 50)
    monkeypatch.setattr(pace, "_LAST_NS", SECOND_NS // 10)


def test_a_notice_is_told_once_and_noted_with_its_time(tmp_path: Path) -> None:
    before_ns = time.time_ns()
    with receiving() as receiver, telling(tmp_path / FILE, hook(receiver.url)) as record:
        record.append(1, told(notice(1)))
        wait_for(lambda: record.deliveries.sent == 1, "the delivery")
    assert receiver.keys == [f"{record.identity}-{NINE // 10**6:x}-1"]
    (delivery,) = deliveries(tmp_path / FILE)
    assert (delivery.state, delivery.attempts, delivery.error) == ("sent", 1, "")
    assert before_ns < (delivery.told_ns or 0) < time.time_ns()


def test_the_most_urgent_goes_first_then_what_has_waited_longest(tmp_path: Path) -> None:
    record = AlertRecord(tmp_path / FILE)
    record.start()
    severities = ["info", "warning", "critical", "info", "critical", "warning"]
    record.append(1, told(*(notice(number, severity=severity) for number, severity in enumerate(severities, 1))))
    record.stop(5)
    with receiving() as receiver, telling(tmp_path / FILE, hook(receiver.url, most_a_minute=1)) as record:
        wait_for(lambda: receiver.told, "the first")
        time.sleep(0.3)
        assert [each.json["number"] for each in receiver.told] == [3]
    with receiving() as receiver, telling(tmp_path / FILE, hook(receiver.url, most_a_minute=2)) as record:
        wait_for(lambda: len(receiver.told) == 2, "the next two")
        time.sleep(0.3)
        assert {each.json["number"] for each in receiver.told} == {5, 2}


def test_a_receiver_that_fails_is_told_again_by_the_same_key_until_it_takes_it(tmp_path: Path, soon: None) -> None:
    def fails_twice(_: Told, before: int) -> Answer:
        return Answer(500, body=b"database is away") if before < 2 else OK

    with receiving(fails_twice) as receiver, telling(tmp_path / FILE, hook(receiver.url)) as record:
        record.append(1, told(notice(1)))
        wait_for(lambda: record.deliveries.sent == 1, "the delivery")
    assert receiver.keys == [f"{record.identity}-{NINE // 10**6:x}-1"] * 3
    reader = RecordReader(tmp_path / FILE)
    assert [(each.outcome, each.error[-31:]) for each in reader.attempts(1)] == [
        ("waiting", " answered 500: database is away"),
        ("waiting", " answered 500: database is away"),
        ("sent", ""),
    ]
    reader.close()


def test_that_it_is_over_is_not_told_before_that_it_began(tmp_path: Path) -> None:
    def refuses_the_first(sent: Told, before: int) -> Answer:
        return Answer(503, headers=(("Retry-After", "1"),)) if sent.json["number"] == 1 and not before else OK

    over = replace(notice(2), reason=Reason.RESOLVED, alerts=(1,))
    of_another = replace(notice(3), reason=Reason.RESOLVED, alerts=(3,))
    to_another = replace(notice(4, officer="budi"), reason=Reason.RESOLVED, alerts=(1,))
    with receiving(refuses_the_first) as receiver, telling(tmp_path / FILE, hook(receiver.url)) as record:
        record.append(1, told(notice(1)))
        wait_for(lambda: receiver.told, "the first attempt")
        record.append(2, told(over, of_another, to_another))
        wait_for(lambda: record.deliveries.sent == 4, "all of them")
    numbers = [each.json["number"] for each in receiver.told]
    assert sorted(numbers[1:3]) == [3, 4]
    assert numbers[3:] == [1, 2]


def test_what_cannot_be_told_in_time_is_given_up_visibly(tmp_path: Path, soon: None) -> None:
    nobody = hook(f"http://127.0.0.1:{free_port()}/", retry_for=SECOND_NS // 2)
    with telling(tmp_path / FILE, nobody) as record:
        record.append(1, told(notice(7)))
        wait_for(lambda: record.deliveries.failed == 1, "the end of patience")
        assert record.deliveries.waiting == 0
    (delivery,) = deliveries(tmp_path / FILE)
    assert delivery.error.startswith("not told within 500ms: http://127.0.0.1:")
    assert delivery.attempts >= 3
    (line,) = RecordReader(tmp_path / FILE).log(Chosen({"alert": 7}))
    assert (line.what, line.why) == ("undelivered", delivery.error)
    assert line.detail["officer"] == "sari"


def test_nothing_is_given_up_because_somebody_has_set_the_clock_ahead(
    tmp_path: Path, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_ns, ahead_ns = time.time_ns, 0
    monkeypatch.setattr(time, "time_ns", lambda: true_ns() + ahead_ns)

    def fails_twice(_: Told, before: int) -> Answer:
        nonlocal ahead_ns
        ahead_ns = 48 * 3600 * SECOND_NS
        return Answer(500) if before < 2 else OK

    with receiving(fails_twice) as receiver, telling(tmp_path / FILE, hook(receiver.url)) as record:
        record.append(1, told(notice(1)))
        wait_for(lambda: record.deliveries.sent + record.deliveries.failed, "the end of it")
        assert (record.deliveries.sent, record.deliveries.failed) == (1, 0)


@pytest.mark.parametrize("status", [400, 410, 413, 422])
def test_what_a_receiver_refuses_for_good_is_not_tried_again(tmp_path: Path, status: int) -> None:
    with receiving(lambda *_: Answer(status, body=b"no such office")) as receiver:
        with telling(tmp_path / FILE, hook(receiver.url)) as record:
            record.append(1, told(notice(1)))
            wait_for(lambda: record.deliveries.failed == 1, "the refusal")
        assert len(receiver.told) == 1
    assert deliveries(tmp_path / FILE)[0].error == f"http://127.0.0.1:{receiver.port} answered {status}: no such office"


def test_a_receiver_that_asks_for_patience_gets_it(tmp_path: Path, soon: None) -> None:
    def busy_at_first(_: Told, before: int) -> Answer:
        return OK if before else Answer(429, (("Retry-After", "2"),))

    with receiving(busy_at_first) as receiver, telling(tmp_path / FILE, hook(receiver.url)) as record:
        record.append(1, told(notice(1)))
        wait_for(lambda: record.deliveries.sent == 1, "the delivery")
    first, second = receiver.told
    assert 2.0 <= second.at_s - first.at_s < 4.5


def test_a_channel_that_hangs_holds_up_no_other_and_not_the_end(tmp_path: Path) -> None:
    with receiving(lambda *_: Answer(after_s=30)) as hanging, receiving() as quick:
        channels = (hook(hanging.url, "slow", timeout=20 * SECOND_NS), hook(quick.url, "quick"))
        with telling(tmp_path / FILE, *channels) as record:
            began = time.monotonic()
            record.append(1, told(*(notice(number, "slow", "critical") for number in range(1, 21))))
            record.append(2, told(*(notice(number, "quick", "info") for number in range(21, 41))))
            wait_for(lambda: len(quick.taken) == 20, "the quick channel", 5)
            assert time.monotonic() - began < 5
            assert 1 <= len(hanging.told) <= 4
            began = time.monotonic()
        assert time.monotonic() - began < 8


def test_a_receiver_that_hangs_is_left_after_the_timeout(tmp_path: Path, soon: None) -> None:
    def hangs_once(_: Told, before: int) -> Answer:
        return OK if before else Answer(after_s=5)

    with receiving(hangs_once) as receiver:
        with telling(tmp_path / FILE, hook(receiver.url, timeout=SECOND_NS // 2)) as record:
            record.append(1, told(notice(1)))
            wait_for(lambda: record.deliveries.sent == 1, "the delivery", 4)
        assert len(set(receiver.keys)) == 1


def test_no_more_than_so_many_are_told_in_a_minute(tmp_path: Path) -> None:
    with receiving() as receiver, telling(tmp_path / FILE, hook(receiver.url, most_a_minute=5)) as record:
        record.append(1, told(*(notice(number) for number in range(1, 31))))
        wait_for(lambda: len(receiver.told) == 5, "five of them")
        time.sleep(0.5)
        assert len(receiver.told) == 5
        assert record.deliveries.waiting == 25


def test_notices_for_a_channel_that_is_gone_are_given_up(tmp_path: Path) -> None:
    record = AlertRecord(tmp_path / FILE)
    record.start()
    record.append(1, told(notice(1, "pager")))
    record.stop(5)
    with receiving() as receiver, telling(tmp_path / FILE, hook(receiver.url)) as record:
        wait_for(lambda: record.deliveries.failed == 1, "the refusal")
    assert deliveries(tmp_path / FILE)[0].error == "the configuration has no channel 'pager' any more"


def test_a_moment_far_ahead_was_noted_before_the_clock_was_set_back(tmp_path: Path) -> None:
    def patient(_: Told, before: int) -> Answer:
        return OK if before else Answer(429, (("Retry-After", "3600"),))

    with receiving(patient) as receiver, telling(tmp_path / FILE, hook(receiver.url)) as record:
        record.append(1, told(notice(1), notice(2)))
        wait_for(lambda: [each.attempts for each in deliveries(tmp_path / FILE)] == [1, 1], "the refusals")
        later = "UPDATE delivery SET due_ns = ? WHERE number = 1"
        ahead_ns = time.time_ns() + 3 * 3600 * SECOND_NS
        record.mark(lambda db: db.execute(later, (ahead_ns,))).result(5)
        wait_for(lambda: record.deliveries.sent == 1, "the delivery")
    assert [each.state for each in deliveries(tmp_path / FILE)] == ["sent", "waiting"]


def test_a_start_tries_again_at_once_and_gives_up_what_waits_for_a_channel_that_is_gone(tmp_path: Path) -> None:
    with (
        receiving(lambda *_: Answer(429, (("Retry-After", "3600"),))) as busy,
        telling(tmp_path / FILE, hook(busy.url), hook(busy.url, "pager")) as record,
    ):
        record.append(1, told(notice(1), notice(2, "pager")))
        wait_for(lambda: [each.attempts for each in deliveries(tmp_path / FILE)] == [1, 1], "the refusals")
    with receiving() as receiver, telling(tmp_path / FILE, hook(receiver.url)) as record:
        wait_for(lambda: record.deliveries.waiting == 0, "both")
    assert [each.state for each in deliveries(tmp_path / FILE)] == ["sent", "failed"]
