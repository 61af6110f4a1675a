from dataclasses import replace
from typing import Any

import pytest

from config.language import open_language
from dashboard.live.pillar_scores import newest_scores
from dashboard.live.plain_lines import plain_lines
from dashboard.live.zone_figures import NO_DATA, Figure
from tests.dashboard.live.scenes import END_NS, SCORES, scene
from tests.dashboard.live.test_screen import MANY_ZONES, line_of, shown


def test_the_newest_step_is_shown_and_no_data_is_no_number() -> None:
    scores = newest_scores(SCORES)
    assert scores is not None
    assert (scores.size, scores.end_ns, len(scores.figures)) == ("1m", END_NS, 7)
    assert scores.figures["score_city"] == Figure(76.4, 0.71)
    assert scores.figures["score_society"] == NO_DATA
    assert newest_scores([]) is None


@pytest.mark.parametrize(
    ("language", "names", "figures"),
    [
        (
            "en",
            "City Governance Branding Economy Living Society Environment",
            "76 (71%) 100 (100%) 88 (97%) 71 (95%) 64 (60%) no data 59 (45%)",
        ),
        (
            "id",
            "Kota Tata Kelola Branding Ekonomi Kehidupan Masyarakat Lingkungan",
            "76 (71%) 100 (100%) 88 (97%) 71 (95%) 64 (60%) tanpa data 59 (45%)",
        ),
    ],
)
def test_eighty_columns_hold_the_city_and_its_six_pillars(language: str, names: str, figures: str) -> None:
    lines = shown(scene(MANY_ZONES, scores=SCORES), language, 80, 24)
    together = [" ".join(line.split()) for line in lines]
    assert together[together.index(names) + 1] == figures
    assert any(line.startswith("kecamatan-") for line in lines)


def test_a_narrow_terminal_keeps_the_city_and_the_first_pillars_and_a_low_one_the_zones() -> None:
    assert line_of(shown(scene(scores=SCORES), "en", 40, 30), "76 (71%)") == "76 (71%) 100 (100%) 88 (97%) 71 (95%)"
    assert not [line for line in shown(scene(scores=SCORES), "en", 80, 16) if "76 (71%)" in line]


def test_before_the_first_step_there_is_no_empty_place_for_scores() -> None:
    assert not [line for line in shown(scene()) if "score" in line]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "City scores by pillar (coverage): each 1m, most of them from 10:35:20 WIB on"),
        ("id", "Skor kota per pilar (cakupan): tiap 1m, kebanyakan mulai 10:35:20 WIB"),
    ],
)
def test_until_the_first_whole_step_the_title_says_when_it_comes(language: str, words: str) -> None:
    ahead: dict[str, Any] = {"scores_from_ns": END_NS + 120_000_000_000, "scores_every": "1m"}
    before, partial = (replace(scene(MANY_ZONES, scores=scores), **ahead) for scores in ((), SCORES))
    for frame in (before, partial):
        lines = shown(frame, language, 80, 24)
        assert words in lines
        assert len(lines) == 24
    assert f"  {words}" in plain_lines(before, open_language(language))


def test_a_pillar_that_is_left_out_has_no_column() -> None:
    rows = [row for row in SCORES if "branding" not in row.tags["indicator"]]
    assert "Branding" not in "\n".join(shown(scene(scores=rows)))


def test_plain_lines_say_the_scores_in_a_sentence() -> None:
    lines = plain_lines(scene(scores=SCORES), open_language("id"))
    at = lines.index("  Skor kota per pilar, 0 sampai 100 (cakupan): tiap 1m, sampai 10:33:20 WIB")
    assert lines[at + 1] == (
        "    Kota 76 (71%), Tata Kelola 100 (100%), Branding 88 (97%), Ekonomi 71 (95%), Kehidupan 64 (60%), "
        "Masyarakat tanpa data, Lingkungan 59 (45%)"
    )
