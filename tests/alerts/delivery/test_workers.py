import threading
from functools import partial

from alerts.delivery.workers import Workers
from tests.flow.test_run import wait_for


def test_jobs_run_beside_each_other_and_whoever_waits_hears_when_one_is_free() -> None:
    freed = threading.Semaphore(0)
    gate = threading.Event()
    done: list[int] = []
    workers = Workers("test", 2, freed.release)

    def job(number: int) -> None:
        gate.wait(5)
        done.append(number)

    for number in range(2):
        workers.begin(partial(job, number))
    assert workers.free == 0
    gate.set()
    assert freed.acquire(timeout=5)
    assert freed.acquire(timeout=5)
    wait_for(lambda: workers.free == 2, "both")
    assert sorted(done) == [0, 1]


def test_a_job_that_hangs_does_not_keep_the_program_alive() -> None:
    workers = Workers("hanging", 1, lambda: None)
    began, end = threading.Event(), threading.Event()

    def job() -> None:
        began.set()
        end.wait(5)

    workers.begin(job)
    assert began.wait(5)
    (thread,) = [each for each in threading.enumerate() if each.name == "hanging-1"]
    assert thread.daemon
    end.set()
