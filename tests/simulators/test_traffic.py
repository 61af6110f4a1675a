import numpy as np

from simulators.traffic import relative_density


def test_flow_over_capacity_is_the_demand_up_to_capacity() -> None:
    demand = np.array([0.0, 0.25, 0.75, 1.0])
    density = relative_density(demand)
    # Greenshields: flow / capacity = 4 r (1 - r), with r = density / jam density.
    assert np.allclose(4.0 * density * (1.0 - density), demand)
    assert density[-1] == 0.5


def test_demand_beyond_capacity_queues_and_less_flows() -> None:
    density = relative_density(np.array([1.0, 1.1, 1.3, 9.0]))
    flow = 4.0 * density * (1.0 - density)
    assert np.all(np.diff(flow) < 0)
    assert density[-1] < 1.0
