"""A rule of each kind, so that what each of them keeps is seen to go on after a crash."""

from config.actuators import Order
from config.alert_rules import Rule
from tests.processors.batches import SECOND_NS

ORDERS = Order(actuator="sign", command="slow"), Order(actuator="sign", command="clear", on="resolved")
RULES = (
    Rule(
        id="fast",
        kind="traffic",
        field="speed_mean",
        size="10s",
        enter=50,
        exit=7,
        lasting=10 * SECOND_NS,
        orders=ORDERS,
    ),
    Rule(
        id="slow",
        kind="traffic",
        field="speed_max",
        size="1m",
        when="<=",
        enter=7.25,
        keep=60 * SECOND_NS,
        orders=ORDERS,
    ),
    Rule(
        id="now",
        kind="traffic",
        quantity="speed",
        enter=50,
        exit=7,
        lasting=5 * SECOND_NS,
        keep=SECOND_NS,
        stale_after=20 * SECOND_NS,
    ),
    Rule(id="at-once", kind="traffic", quantity="speed", enter=7, devices=("d1", "d2"), orders=ORDERS),
    Rule(
        id="calm",
        indicator="traffic_speed",
        size="10s",
        when="<",
        enter=80,
        stale_after=10 * SECOND_NS,
        orders=ORDERS,
    ),
    Rule(id="gone", field="silent_s", size="10s", when=">=", enter=15, orders=ORDERS),
    Rule(id="rarer", field="silent_intervals", size="1m", when=">=", enter=2, keep=60 * SECOND_NS, orders=ORDERS),
    Rule(id="faster", kind="traffic", field="speed_mean", size="10s", over=20 * SECOND_NS, enter=10),
    Rule(id="uneven", indicator="traffic_speed", against="traffic_v85", size="10s", enter=0.9),
    Rule(id="both", every=("gone", "calm")),
    Rule(id="either", some=("both", "now", "faster"), lasting=10 * SECOND_NS),
)
