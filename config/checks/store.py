"""The store: what its kind needs and what it has no use for."""

from collections.abc import Iterator, Sequence

from config.checks.credentials import check_http_token
from config.checks.finding import Finding
from config.checks.secrets import check_secret, ways_to_give
from config.locate import Path
from config.settings import Settings, StoreSettings

USER = ("username", "password", "password_env", "password_file")
TOKEN = ("token", "token_env", "token_file")
UNUSED = {
    "sqlite": ("url", "database", "org", *USER, *TOKEN),
    "influxdb1": ("org", *TOKEN),
    "influxdb2": USER,
    "influxdb3": USER,
}


def check_store(settings: Settings) -> Iterator[Finding]:
    """The store and its mirrors."""
    stores: list[tuple[Path, StoreSettings]] = [(("store",), settings.store)]
    stores += [(("mirrors", number), mirror) for number, mirror in enumerate(settings.mirrors)]
    for place, store in stores:
        yield from _check(store, place)
    yield from _same_names(settings)
    yield from _same_places(stores)


def _check(store: StoreSettings, place: Path) -> Iterator[Finding]:
    yield from check_secret(store, "password", place)
    yield from check_secret(store, "token", place)
    yield from check_http_token(store, place, "token")
    yield from _unused(store, place)
    if store.kind in ("influxdb2", "influxdb3") and not ways_to_give(store, "token"):
        yield Finding(
            f"{store.kind} needs token, token_env or token_file (any word where the server asks for none)",
            ((*place, "kind"), *((*place, name) for name in TOKEN)),
        )


def _unused(store: StoreSettings, place: Path) -> Iterator[Finding]:
    for name in UNUSED[store.kind]:
        if name in store.model_fields_set and getattr(store, name) is not None:
            instead = "; it takes a token" if name in USER and store.kind != "sqlite" else ""
            yield Finding(f"a store of kind {store.kind!r} uses no {name}{instead}", ((*place, name), (*place, "kind")))


def _same_names(settings: Settings) -> Iterator[Finding]:
    """Names stand in counters and in the outbox, where the store itself is called "store"."""
    first: dict[str, Path] = {"store": ("store",)}
    for number, mirror in enumerate(settings.mirrors):
        place: Path = ("mirrors", number, "name")
        if mirror.name in first:
            what = "that of the store itself" if mirror.name == "store" else "taken by another mirror"
            yield Finding(f"the name {mirror.name!r} is {what}", (place, first[mirror.name]))
        first.setdefault(mirror.name, place)


def _same_places(stores: Sequence[tuple[Path, StoreSettings]]) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for place, store in stores:
        where = "the embedded store" if store.kind == "sqlite" else f"{store.database!r} at {store.url.rstrip('/')}"
        if where in first:
            yield Finding(f"{where} is written to already", ((*place, "kind"), (*first[where], "kind")))
        first.setdefault(where, place)
