from config.durations import SECOND_NS
from config.settings import Settings
from simulators.faults.fault import Fault
from simulators.faults.payloads import TroubledEncoder
from simulators.faults.sent import IntArray, Sent
from simulators.faults.troubled import TroubledFleet
from simulators.fleet import Fleet
from simulators.payloads import Encoder
from simulators.scenario import Scenario
from simulators.wire import Wire

START_NS = 1_800_000_000 * SECOND_NS


def test_a_time_in_which_everything_is_lost_has_no_message_and_the_truth_has_its_readings() -> None:
    settings = Settings()
    fleet = Fleet(settings, count=20)
    scenario = Scenario(lasts=60 * SECOND_NS, faults=(Fault(kind="lost"),))
    told: list[tuple[int, set[int]]] = []

    def witness(sent: Sent, message: IntArray) -> None:
        told.append((len(sent), set(message.tolist())))

    encoder = TroubledEncoder(Encoder(fleet, Wire(settings)), TroubledFleet(fleet, scenario, START_NS, seed=1), witness)
    assert len(encoder.messages(START_NS, START_NS + 60 * SECOND_NS)) == 0
    assert sum(size for size, _ in told) == fleet.count(START_NS, START_NS + 60 * SECOND_NS) > 0
    assert all(numbers == {-1} for _, numbers in told)
