"""What becomes of windows of the city's clock where other ones are configured than in the last run, or another clock.

What goes on is whole: a window that is configured no longer hands what it holds to those that are made of it. One that
lacks what came before it was configured is not written.
"""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from processors.kind_windows import KindWindows
from processors.window_plan import Shape, WindowPlan, with_civil

Saved = Mapping[str, Any]
"""Windows of one kind of device as `state.py` saves them."""


def dump_civil(plan: WindowPlan) -> list[Any]:
    return [[shape.period, shape.zone.key] for shape in plan.civil]


def plan_when_saved(saved: Saved, plan: WindowPlan) -> WindowPlan:
    """The plan of the windows when they were saved; its fixed windows must be those of `plan`."""
    civil = saved.get("civil", [])
    zone = ZoneInfo(civil[0][1]) if civil else ZoneInfo("UTC")
    return with_civil(plan, [period for period, _ in civil], zone)


def change_civil(before: KindWindows, plan: WindowPlan) -> KindWindows:
    """The windows under another plan, whose fixed windows are the same. `before` is used up."""
    changed = KindWindows(before.kind, before.tracked, plan)
    moved, gone_until_ns = _continuing(before, plan)
    _hand_up(before, moved)
    for (number, start_ns), window in before.windows.items():
        end_ns = before.shapes[number].end_of(start_ns)
        if number in moved and end_ns > gone_until_ns[moved[number]]:
            changed.windows[moved[number], start_ns] = window
    changed.sealed_until_ns, changed.watching_from_ns = before.sealed_until_ns, before.watching_from_ns
    changed.gone_until_ns = gone_until_ns
    changed.waiting, changed.waiting_size = before.waiting, before.waiting_size
    changed.earliest_waiting_ns = before.earliest_waiting_ns
    changed.panes, changed.revised = before.panes, before.revised
    changed.entries.last = before.entries.last
    return changed


def civil_begun_anew(saved: Saved, loaded: KindWindows) -> list[str]:
    """Sizes of civil windows of which the present one is not written, and was to be when they were saved."""
    sealed_until_ns: int = saved["sealed_until_ns"]
    before = saved["gone_until_ns"][-len(saved["civil"]) :] if saved.get("civil") else []
    known = {period: gone_ns for (period, _), gone_ns in zip(saved.get("civil", []), before, strict=True)}
    fixed = len(loaded.plan.fixed)
    return [
        shape.size
        for shape, gone_ns in zip(loaded.plan.civil, loaded.gone_until_ns[fixed:], strict=True)
        if gone_ns > sealed_until_ns and known.get(shape.period) != gone_ns
    ]


def _continuing(before: KindWindows, plan: WindowPlan) -> tuple[dict[int, int], list[int]]:
    """Old number -> number of the shapes that go on, and until when the windows of each shape are gone."""
    fixed = len(plan.fixed)
    moved = {number: number for number in range(fixed)}
    gone_until_ns = before.gone_until_ns[:fixed]
    periods = {shape.period: number for number, shape in enumerate(before.plan.civil, fixed)}
    for number, shape in enumerate(plan.civil, fixed):
        start_ns, end_ns = _present(shape, before.sealed_until_ns)
        old = periods.get(shape.period)
        if old is not None and before.shapes[old] == shape:
            moved[old] = number
            gone_until_ns.append(before.gone_until_ns[old])
        elif old is not None and _present(before.shapes[old], before.sealed_until_ns) == (start_ns, end_ns):
            moved[old] = number
            gone_until_ns.append(max(start_ns, before.gone_until_ns[old]))
        else:
            gone_until_ns.append(start_ns if _holds_all_since(start_ns, before, plan) else end_ns)
    return moved, gone_until_ns


def _holds_all_since(start_ns: int, before: KindWindows, plan: WindowPlan) -> bool:
    """Whether nothing since then has gone into windows that have ended: it waits, or will come with an open one."""
    shortest = plan.feeders[len(plan.fixed)]
    if shortest is None:
        return start_ns >= before.sealed_until_ns
    open_ns, _ = _present(plan.shapes[shortest], before.sealed_until_ns)
    return start_ns >= open_ns and before.gone_until_ns[shortest] <= before.sealed_until_ns


def _hand_up(before: KindWindows, moved: Mapping[int, int]) -> None:
    """What open windows of shapes that do not go on hold, into those that are made of them: the shortest first."""
    for number in range(len(before.plan.fixed), len(before.shapes)):
        for key in sorted(key for key in before.windows if key[0] == number and number not in moved):
            if before.shapes[number].end_of(key[1]) > before.sealed_until_ns:
                before.feed(key)


def _present(shape: Shape, time_ns: int) -> tuple[int, int]:
    start_ns = list(shape.starts_of(time_ns))[-1]
    return start_ns, shape.end_of(start_ns)
