import pytest

from storage.points import Series, SeriesTable


def test_a_series_has_one_index_and_sorted_tags_without_empty_ones() -> None:
    table = SeriesTable()
    assert table.index("window", {"zone": "kota", "device": "a", "office": ""}) == 0
    assert table.index("window", {"device": "a", "zone": "kota"}) == 0
    assert table.index("window", {"device": "b", "zone": "kota"}) == 1
    assert table[0] == Series("window", (("device", "a"), ("zone", "kota")))
    assert len(table) == 2


def test_many_series_that_differ_in_one_tag_come_at_once() -> None:
    table = SeriesTable()
    table.index("indicator", {"zone": "all"})
    assert table.extend("window", {"zone": "kota", "city": "c", "size": ""}, "device", ["a", "b"]) == range(1, 3)
    assert table.extend("window", {"zone": "dander", "city": "c"}, "device", ["d"]) == range(3, 4)
    assert [table[index] for index in range(1, 4)] == [
        Series("window", (("city", "c"), ("device", "a"), ("zone", "kota"))),
        Series("window", (("city", "c"), ("device", "b"), ("zone", "kota"))),
        Series("window", (("city", "c"), ("device", "d"), ("zone", "dander"))),
    ]
    assert table[0] == Series("indicator", (("zone", "all"),))


def test_an_index_beyond_the_table_is_an_error() -> None:
    with pytest.raises(IndexError):
        SeriesTable()[0]
