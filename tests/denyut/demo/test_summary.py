from dataclasses import replace

from config.language import open_language
from dashboard.live.alert_scene import AlertScene
from dashboard.live.ledger import read_ledger
from denyut.demo.outcome import Outcome, Sent
from denyut.demo.summary import Place, summary
from tests.dashboard.live.alert_scenes import ALERTS
from tests.dashboard.live.scenes import STATUS

LEDGER = read_ledger(STATUS)
OUTCOME = Outcome(LEDGER, Sent(10_234), window_points=True, indicator_points=True)
MINUTE_NS = 60_000_000_000


def said(outcome: Outcome, language: str = "en", width: int | None = None) -> list[str]:
    return summary(
        LEDGER, outcome, Place("denyut-data/demo", ".venv/bin/denyut"), MINUTE_NS, open_language(language), width
    )


def test_a_summary_says_what_was_done_and_what_to_look_at_next() -> None:
    assert said(replace(OUTCOME, figures_size="1m")) == [
        "10,234 messages received, each with a named outcome; 320 windows closed, 3,200 points stored.",
        "The data stay in denyut-data/demo. Try next (times in UTC):",
        "  .venv/bin/denyut query indicator --where zone=all --where indicator=parking_free"
        " --where indicator=ispu_indicative --where size=1m --limit 10 --data-dir denyut-data/demo",
        "  .venv/bin/denyut status --data-dir denyut-data/demo",
    ]


def test_alerts_are_recommended_where_there_are_some() -> None:
    alerts = "  .venv/bin/denyut query alert --limit 10 --data-dir denyut-data/demo"
    assert alerts in said(replace(OUTCOME, alert_points=True))
    assert alerts not in said(OUTCOME)


def test_alerts_notices_and_commands_are_counted() -> None:
    lines = said(replace(OUTCOME, alerts=ALERTS))
    assert lines[1] == "Alerts: 5; notices told over MQTT: 2; commands decided in a dry run: 1."
    assert said(replace(OUTCOME, alerts=AlertScene())) == said(OUTCOME)


def test_a_demo_too_short_for_scores_says_how_long_one_must_last() -> None:
    short = replace(OUTCOME, scores_ahead=True)
    assert said(short)[1] == "Most city scores need a whole step of 1m; a demo of 3m shows them: --for 3m."
    assert said(short, "id")[1] == (
        "Kebanyakan skor kota memerlukan satu langkah utuh 1m; demo selama 3m menampilkannya: --for 3m."
    )


def test_eighty_columns_break_no_word_and_no_option() -> None:
    assert said(OUTCOME, "id", 80) == [
        "10.234 pesan diterima, masing-masing dengan hasil bernama; 320 jendela tertutup,",
        "  3.200 titik tersimpan.",
        "Data tersimpan di denyut-data/demo. Coba berikutnya (waktu dalam UTC):",
        "  .venv/bin/denyut query indicator --where zone=all \\",
        "    --where indicator=parking_free --where indicator=ispu_indicative \\",
        "    --where size=10s --limit 10 --data-dir denyut-data/demo",
        "  .venv/bin/denyut status --data-dir denyut-data/demo",
    ]
