"""What the phases of rules on windows and on single readings have in common: columns of what is not at rest."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def keep_rows(owner: object, columns: Sequence[str], which: NDArray[np.bool_]) -> None:
    """Let go of the other rows of each of these columns, which are attributes of `owner`."""
    if not which.all():
        for name in columns:
            setattr(owner, name, getattr(owner, name)[which])


def drop_rows(owner: object, columns: Sequence[str], which: int) -> None:
    """Let go of what this is about, by the first column, if it is there."""
    keep_rows(owner, columns, getattr(owner, columns[0]) != which)


def add_rows(owner: object, columns: Sequence[str], first: Mapping[str, Any]) -> None:
    """`first`: column -> its values in the new rows, or one value for all of them; absent: 0.

    The first column says what each row is about; the rows stay in its order.
    """
    new = first[columns[0]]
    order = np.argsort(np.concatenate([getattr(owner, columns[0]), new]), kind="stable")
    for name in columns:
        held = getattr(owner, name)
        added = np.empty(len(new), held.dtype)
        added[:] = first.get(name, 0)
        setattr(owner, name, np.concatenate([held, added])[order] if len(held) else added)
