"""What a journal entry has changed about alerts, for those who listen."""

from typing import Any

from alerts.book import Book
from alerts.consequences import AuditEntry, Consequences
from dashboard.http.recorded import describe_entry

MOST = 500
"""Of one entry; more of them are one change that says how many there were."""
Change = tuple[str, Any]
"""Name and content."""


def changes_of(consequences: Consequences, book: Book) -> list[Change]:
    """Each line of the log, with how its alert stands after all of them; null where it has ended."""
    entries = consequences.entries
    if len(entries) > MOST:
        return [("many", {"changes": len(entries)})]
    return [_change(entry, book) for entry in entries]


def _change(entry: AuditEntry, book: Book) -> Change:
    line = describe_entry(entry)
    if not entry.alert:
        return ("command" if entry.command else "other"), line
    alert = book.numbered(entry.alert)
    return ("command" if entry.command else "alert"), {**line, "now": None if alert is None else alert.describe()}
