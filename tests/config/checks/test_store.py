import pytest

from config.checks.store import check_store
from config.settings import Mirror, Settings, StoreSettings


def messages(**store):
    return [finding.message for finding in check_store(Settings(store=StoreSettings(**store)))]


@pytest.mark.parametrize(
    "store",
    [
        {},
        {"kind": "influxdb1", "url": "http://h:8086", "username": "u", "password": "p"},
        {"kind": "influxdb2", "token_env": "TOKEN", "org": "kota", "database": "denyut"},
        {"kind": "influxdb3", "token": "t"},
    ],
)
def test_a_store_with_what_it_needs_is_right(store):
    assert messages(**store) == []


@pytest.mark.parametrize("kind", ["influxdb2", "influxdb3"])
def test_influxdb_2_and_3_need_a_token(kind):
    assert messages(kind=kind) == [
        f"{kind} needs token, token_env or token_file (any word where the server asks for none)"
    ]


@pytest.mark.parametrize(
    ("store", "message"),
    [
        ({"url": "http://h:8086"}, "a store of kind 'sqlite' uses no url"),
        ({"kind": "influxdb1", "token": "t"}, "a store of kind 'influxdb1' uses no token"),
        (
            {"kind": "influxdb2", "token": "t", "username": "u"},
            "a store of kind 'influxdb2' uses no username; it takes a token",
        ),
        (
            {"kind": "influxdb2", "token": "t", "token_env": "TOKEN"},
            "the token is given 2 times, as token and token_env; keep one of them",
        ),
    ],
)
def test_a_setting_that_would_do_nothing_is_named(store, message):
    assert messages(**store) == [message]


def test_a_mirror_is_held_to_what_a_store_is_and_has_a_name_and_a_place_of_its_own():
    mirrors = (
        Mirror(name="store", kind="influxdb1", url="http://h:8086"),
        Mirror(name="copy", kind="influxdb1", url="http://h:8086/", database="other"),
        Mirror(name="copy", kind="sqlite", database="x"),
        Mirror(name="fourth", kind="influxdb2", url="http://h:8086", database="other"),
    )
    findings = list(check_store(Settings(mirrors=mirrors)))
    assert [(finding.message, finding.paths[0]) for finding in findings] == [
        ("a store of kind 'sqlite' uses no database", ("mirrors", 2, "database")),
        (
            "influxdb2 needs token, token_env or token_file (any word where the server asks for none)",
            ("mirrors", 3, "kind"),
        ),
        ("the name 'store' is that of the store itself", ("mirrors", 0, "name")),
        ("the name 'copy' is taken by another mirror", ("mirrors", 2, "name")),
        ("the embedded store is written to already", ("mirrors", 2, "kind")),
        ("'other' at http://h:8086 is written to already", ("mirrors", 3, "kind")),
    ]
