"""The ledger in words, the same on a screen and in a pipe."""

from rich.text import Text

from config.language import Language
from dashboard.live.figure_columns import NO_DEVICE as UNKNOWN
from dashboard.live.ledger import Ledger
from dashboard.live.scene import Scene


def balance(ledger: Ledger, language: Language) -> Text:
    """Whether received = accepted + duplicate + rejected, and the numbers on both sides."""
    equation = language.gettext(
        "received {received} = accepted {accepted} + duplicate {duplicate} + rejected {rejected}"
    )
    text = equation.format(
        received=language.number(ledger.received),
        accepted=language.number(ledger.accepted),
        duplicate=language.number(ledger.duplicate),
        rejected=language.number(ledger.rejected_in_all),
    )
    if ledger.unexplained == 0:
        return Text.assemble(("✓ ", "bold green"), text)
    differs = language.gettext("✗ differs by {count}:").format(count=language.number(ledger.unexplained))
    return Text.assemble((differs, "bold red"), " ", text)


def rejections(ledger: Ledger, language: Language) -> Text | None:
    """Each reason with its count; None where nothing was rejected."""
    if not ledger.rejected_in_all:
        return None
    reasons = ", ".join(f"{reason} {language.number(count)}" for reason, count in ledger.rejected if count)
    return Text(language.gettext("rejected: {reasons}").format(reasons=reasons), style="yellow")


def store_trouble(ledger: Ledger, language: Language) -> Text | None:
    """What the store said when it last took no points; None while all is well."""
    if not ledger.store_error:
        return None
    return Text(language.gettext("store: {error}").format(error=ledger.store_error), style="bold red")


def details(ledger: Ledger, language: Language) -> list[Text]:
    """Everything below the balance, as far as there is something to say."""
    lines = (rejections(ledger, language), progress(ledger, language), store_trouble(ledger, language))
    return [line for line in lines if line is not None]


def progress(ledger: Ledger, language: Language) -> Text:
    words = language.gettext(
        "late {late} · too late {too_late} · windows closed {windows} · points written {written}, waiting {waiting}"
    )
    return Text(
        words.format(
            late=language.number(ledger.late),
            too_late=language.number(ledger.too_late),
            windows=language.number(ledger.windows_closed),
            written=language.number(ledger.points_written),
            waiting=language.number(ledger.points_pending),
        )
    )


def pace(scene: Scene, language: Language) -> Text:
    """Rate, total, watermark and lag; what is not known yet is a dash."""
    ledger = scene.ledger
    if ledger is None:
        return Text(language.gettext("waiting for the first report of denyut run …"), style="italic")
    words = language.gettext("{rate} messages/s · {total} in all · watermark {watermark} · lag {lag} s")
    return Text(
        words.format(
            rate=UNKNOWN if scene.rate is None else language.number(scene.rate),
            total=language.number(ledger.received),
            watermark=scene.clock(ledger.watermark) if ledger.watermark else UNKNOWN,
            lag=language.number(ledger.journal_lag_s, 1),
        ),
        style="bold",
    )
