from alerts.actuation.actuators import with_dry_runs
from alerts.actuation.commands import Commander
from tests.alerts.actuation.commanded import Street


def test_recorded_data_orders_nothing_and_waits_for_nothing() -> None:
    street = Street()
    street.commander = Commander(with_dry_runs(street.settings), street.book, street._tell)
    assert street.fires(0).orders == []
    assert street.ends(60).orders == []
    assert street.said == [("on", "dry_run", ""), ("off", "dry_run", "")]
    assert street.commander.next_due_ns is None
    assert street.troubles == []
