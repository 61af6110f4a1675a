from dashboard.live.alert_scene import Firing, gravest_first


def firing(number: int, severity: str, since_ns: int) -> Firing:
    return Firing(number, severity, severity.upper(), "Water rises", "Temayang", since_ns, "")


def test_the_gravest_alerts_stand_first_and_of_these_the_newest() -> None:
    alerts = [firing(1, "info", 5), firing(2, "critical", 1), firing(3, "odd", 9), firing(4, "critical", 7)]
    alerts.append(firing(5, "warning", 8))
    assert [each.number for each in gravest_first(alerts)] == [4, 2, 5, 1, 3]
