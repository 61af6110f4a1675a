"""The store: what its kind needs and what it has no use for."""

from collections.abc import Iterator

from config.checks.credentials import check_http_token
from config.checks.finding import Finding
from config.checks.secrets import check_secret, ways_to_give
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
    store = settings.store
    yield from check_secret(store, "password", ("store",))
    yield from check_secret(store, "token", ("store",))
    yield from check_http_token(store, ("store",))
    yield from _unused(store)
    if store.kind in ("influxdb2", "influxdb3") and not ways_to_give(store, "token"):
        yield Finding(
            f"{store.kind} needs token, token_env or token_file (any word where the server asks for none)",
            (("store", "kind"), *(("store", name) for name in TOKEN)),
        )


def _unused(store: StoreSettings) -> Iterator[Finding]:
    for name in UNUSED[store.kind]:
        if name in store.model_fields_set and getattr(store, name) is not None:
            instead = "; it takes a token" if name in USER and store.kind != "sqlite" else ""
            yield Finding(
                f"a store of kind {store.kind!r} uses no {name}{instead}", (("store", name), ("store", "kind"))
            )
