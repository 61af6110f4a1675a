from pathlib import Path

from config.checks.sources import check_sources
from config.settings import Settings, Source, Tls


def messages(*sources):
    return [finding.message for finding in check_sources(Settings(sources=sources))]


def test_the_default_source_is_right():
    assert messages(Source()) == []


def test_each_topic_can_fit_the_template():
    assert messages(Source(topics=("city/#", "kota/#"))) == [
        "no topic that 'kota/#' subscribes to can fit the template 'city/{city}/{kind}/{device}/#'"
    ]


def test_the_kind_comes_from_the_topic_or_the_source():
    assert messages(Source(topics=("tma/+",), topic="tma/{device}", kind="water")) == []
    assert messages(Source(topics=("tma/+",), topic="tma/{device}")) == [
        "'tma/{device}' holds no {kind}, so the kind of its devices must be given: kind = \"...\""
    ]


def test_a_field_is_not_both_a_quantity_and_ignored():
    assert messages(Source(fields={"tinggi": "level_cm"}, ignore=("tinggi", "rssi"))) == [
        "'tinggi' stands in ignore too; a field is either the quantity 'level_cm' or ignored"
    ]


def test_time_and_sequence_number_are_different_fields():
    assert messages(Source(time_field="n", sequence_field="n")) == [
        "'n' is the time_field too; time and sequence number are different fields"
    ]


def test_a_password_is_given_in_one_way():
    assert messages(Source(password_env="PASSWORD")) == []
    assert messages(Source(password="x", password_env="PASSWORD")) == [
        "the password is given 2 times, as password and password_env; keep one of them"
    ]


def test_a_password_file_is_there(tmp_path):
    file = tmp_path / "password"
    assert messages(Source(password_file=file)) == [f"there is no file '{file}'"]
    file.write_text("rahasia")
    assert messages(Source(password_file=file)) == []


def test_a_key_comes_with_its_certificate(tmp_path):
    file = tmp_path / "pem"
    file.write_text("")
    assert messages(Source(broker="mqtts://h", tls=Tls(key=file))) == ["tls.key is given without tls.certificate"]
    assert messages(Source(broker="mqtts://h", tls=Tls(certificate=file))) == []


def test_tls_settings_need_a_broker_with_tls(tmp_path):
    file = tmp_path / "ca.pem"
    assert messages(Source(broker="mqtt://h:1", tls=Tls(ca=file))) == [
        "tls.ca is given, but 'mqtt://h:1' speaks no TLS; write mqtts://",
        f"there is no file '{file}'",
    ]


def test_sources_are_kept_apart_by_name_and_client_id():
    here, there = "mqtt://h:1", "mqtt://h:2"
    assert messages(Source(name="a", client_id="x", broker=here), Source(name="b", client_id="x", broker=there)) == []
    assert messages(Source(name="a", client_id="x", broker=here), Source(name="a", client_id="x", broker=here)) == [
        "'a' is {other} too; each source needs a name of its own",
        "'x' is {other} too; a broker would drop one for the other",
    ]


def test_a_file_that_may_not_be_looked_at_is_left_to_the_start(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", refuse)
    assert messages(Source(password_file=tmp_path / "password")) == []
