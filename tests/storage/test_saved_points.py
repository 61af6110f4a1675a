import numpy as np
import pytest

from storage.points import PointBatch, SeriesTable
from storage.saved_points import dump_points, load_points


def test_points_come_back_as_they_were_in_another_table() -> None:
    table = SeriesTable()
    table.index("window", {"device": "unused"})
    series = [table.index("window", {"device": name, "zone": "pasar ikan"}) for name in ("b", "a")]
    batch = PointBatch(
        table,
        np.array([series[0], series[1], series[0]], np.int32),
        np.array([10, 20, 30], np.int64),
        {"x": np.array([1.5, np.nan, -0.0]), "y": np.array([1e300, 2.0, 3.0])},
    )
    other = SeriesTable()
    other.index("indicator", {"zone": "all"})
    (loaded,) = load_points(dump_points([batch]), other)
    assert [other[index] for index in loaded.series.tolist()] == [table[index] for index in batch.series.tolist()]
    assert loaded.time_ns.tolist() == [10, 20, 30]
    for name, values in batch.fields.items():
        assert loaded.fields[name].tobytes() == values.tobytes()


@pytest.mark.parametrize("content", [b"", b"\xc1", b"\x80", b"\x93\x01\x02\x03", b"\x81\xa7version\x63"])
def test_damaged_bytes_are_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"no saved points|version"):
        load_points(content, SeriesTable())
