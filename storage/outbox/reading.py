"""What a sink reads from the outbox: some parts at a time, so that only little of a long backlog is in memory."""

import logging
from pathlib import Path

from storage.outbox.parts import POINTS, decode
from storage.outbox.recent import Portion, Recent
from storage.outbox.schema import open_for_reading
from storage.outbox.sessions import Tables
from storage.points import PointBatch, SeriesTable

LOG = logging.getLogger("denyut.outbox")
_NEXT = "SELECT id, session, points, points_until, content FROM part WHERE id > ? ORDER BY id"


class PartReader:
    """For one thread."""

    def __init__(self, data_dir: Path, tables: Tables, recent: Recent) -> None:
        """Raises `StoreUnusable` or `StoreUnavailable`."""
        self._db = open_for_reading(data_dir)
        self._tables = tables
        self._recent = recent
        self._session: tuple[int, SeriesTable] | None = None

    def after(self, part: int) -> Portion | None:
        """The parts after this one, as many as make a write; None where there is none. May raise sqlite3.Error."""
        portion = self._recent.after(part)
        if portion is not None:
            return portion
        rows = self._db.execute(_NEXT, (part,))
        try:
            taken = 0
            for number, session, points, points_until, content in rows:
                batches = portion.batches if portion is not None else []
                batches += self._decoded(number, session, content)
                portion = Portion(batches, number, points_until)
                taken += points
                # Parts of one closing differ little in size: stop where one more would probably be too many.
                if taken + points > POINTS:
                    break
        finally:
            rows.close()
        return portion

    def close(self) -> None:
        self._db.close()

    def _decoded(self, number: int, session: int, content: bytes) -> list[PointBatch]:
        try:
            if self._session is None or self._session[0] != session:
                self._session = session, self._tables.find(session, self._db)
            return decode(content, self._session[1])
        except ValueError as error:
            LOG.error("part %d of the outbox is damaged and left out: %s", number, error)
            return []
