import json

import pytest
from click.testing import CliRunner

from config.cities import shipped_city
from denyut.commands.check import command


def check(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_the_shipped_city_is_right_and_what_would_run_is_printed():
    result = check(shipped_city("bojonegoro"))
    assert result.exit_code == 0
    assert "no mistakes" in result.stdout
    assert (
        "devices  366: 36 air, 43 noise, 95 parking, 8 satisfaction, 112 traffic, 40 water, 32 weather" in result.stdout
    )
    assert "windows  10s, 1m, 15m" in result.stdout
    assert "scores   each 1m: governance, branding, economy, living, society, environment\n" in result.stdout


def test_variables_that_hold_secrets_of_channels_and_officers_and_are_not_set_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("HOOK_IS_SET", "https://example.go.id/k3yk3yk3y")
    file = tmp_path / "city.toml"
    file.write_text(
        '[[channels]]\nid = "hook"\nkind = "webhook"\nurl_env = "HOOK_IS_SET"\nsecret_env = "KEY_IS_NOT"\n'
        '[[offices]]\nid = "dishub"\n[[officers]]\nid = "ayu"\noffice = "dishub"\ntoken_env = "TOKEN_IS_NOT"\n'
        'contacts = [{ channel = "hook" }]\n'
    )
    result = check(file, "--json")
    hints = json.loads(result.stdout)["hints"]
    assert [hint for hint in hints if "environment" in hint] == [
        "the environment variable KEY_IS_NOT is not set here",
        "the environment variable TOKEN_IS_NOT is not set here",
    ]
    assert "k3yk3yk3y" not in result.stdout


PEOPLE = """
[[offices]]
id = "dishub"
[[officers]]
id = "ayu"
office = "dishub"
contacts = [{ channel = "mail", to = "ayu@example.go.id" }]
[[channels]]
id = "mail"
kind = "apprise"
url_env = "MAIL_ADDRESS"
"""


def test_a_channel_that_would_keep_a_run_from_its_start_is_a_mistake_where_its_address_is_known(tmp_path, monkeypatch):
    (tmp_path / "city.toml").write_text(PEOPLE)
    monkeypatch.delenv("MAIL_ADDRESS", raising=False)
    assert "hint     the environment variable MAIL_ADDRESS is not set here" in check(tmp_path / "city.toml").stdout
    monkeypatch.setenv("MAIL_ADDRESS", "mail://ayu:s3cret@example.go.id?to={to}")
    result = check(tmp_path / "city.toml")
    assert (result.exit_code, result.stderr.splitlines()) == (
        2,
        [
            f"{tmp_path / 'city.toml'}: channel 'mail': Apprise knows no address that begins so; "
            "did you mean 'mailto' or 'mailtos'?",
            "1 mistake",
        ],
    )
    monkeypatch.setenv("MAIL_ADDRESS", "mailto://ayu:s3cret@example.go.id?to={to}")
    assert "hint" not in check(tmp_path / "city.toml").stdout


def test_an_address_that_is_the_same_whoever_is_meant_is_a_hint(tmp_path, monkeypatch):
    (tmp_path / "city.toml").write_text(PEOPLE)
    monkeypatch.setenv("MAIL_ADDRESS", "mailto://ayu:s3cret@example.go.id")
    hint = "hint     channel 'mail': its address has no {to}, so every contact by it reaches the same place"
    assert check(tmp_path / "city.toml").stdout.splitlines()[-1] == hint


def test_every_mistake_is_printed_and_the_exit_status_is_2(tmp_path):
    file = tmp_path / "city.toml"
    file.write_text('[[windows.sizes]]\nsize = "10s"\nhop = "20s"\n[city]\nidd = "x"\n')
    result = check(file)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == (
        f"{file}:3: windows.sizes[0].hop: hop 20s must not exceed size 10s: readings between two windows would be "
        f"lost\n{file}:5: city.idd: unknown key 'idd'; did you mean 'id'?\n2 mistakes\n"
    )


def test_mistakes_are_an_object_where_a_program_reads(tmp_path):
    file = tmp_path / "city.toml"
    file.write_text("\ncity = 1\n")
    result = check(file, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout) == {
        "valid": False,
        "mistakes": [{"file": str(file), "line": 2, "place": "city", "message": "must be a table, not 1"}],
    }


def test_what_would_run_is_an_object_where_a_program_reads(tmp_path):
    file = tmp_path / "city.toml"
    file.write_text('[[windows.sizes]]\nsize = "1h"\nhop = "15m"\nkinds = ["air"]\n[kinds.lamp.quantities.power]\n')
    summary = json.loads(check(file, "--json").stdout)
    assert summary["valid"] is True
    assert summary["windows"] == ["1h every 15m (air)"]
    assert summary["kinds"]["lamp"] == ["power"]
    assert summary["store"] == {"kind": "sqlite"}
    assert summary["devices"] == {}
    assert summary["scores"]["every"] == "15m"
    assert summary["scores"]["pillars"]["economy"] == ["parking_occupancy"]


def test_an_indicator_that_no_score_can_be_made_of_is_a_mistake(tmp_path):
    file = tmp_path / "city.toml"
    file.write_text('[[scores.living.indicators]]\nindicator = "trafic_speed"\npoints = [[0, 0], [40, 100]]\n')
    result = check(file)
    assert result.exit_code == 2
    assert f"{file}:2: scores.living.indicators[0].indicator: there is no indicator 'trafic_speed'; did you mean " in (
        result.stderr
    )


def test_without_scores_none_are_said(tmp_path):
    file = tmp_path / "city.toml"
    file.write_text("[scores]\nenabled = false\n")
    assert "scores   each" not in check(file).stdout
    assert json.loads(check(file, "--json").stdout)["scores"] is None


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_no_secret_is_printed(tmp_path, form):
    file = tmp_path / "city.toml"
    file.write_text(
        '[[sources]]\nusername = "dishub"\npassword = "geheim"\n[store]\nkind = "influxdb2"\ntoken = "geheim"\n'
    )
    result = check(file, *form)
    assert result.exit_code == 0
    assert "geheim" not in result.output
    assert "dishub" in result.stdout
    assert "********" in result.stdout


def test_a_secret_from_elsewhere_is_named_by_where_it_comes_from(tmp_path):
    file = tmp_path / "city.toml"
    file.write_text('[store]\nkind = "influxdb3"\ntoken_env = "INFLUX_TOKEN"\n')
    assert "token from the environment variable INFLUX_TOKEN" in check(file).stdout


def test_each_mirror_is_printed_with_where_its_secret_comes_from(tmp_path, monkeypatch):
    file = tmp_path / "city.toml"
    file.write_text(
        '[[mirrors]]\nname = "province"\nkind = "influxdb1"\nurl = "http://127.0.0.1:8087"\nusername = "bjn"\n'
        'password_env = "DENYUT_TEST_PASSWORD"\n[[mirrors]]\nname = "archive"\nkind = "influxdb2"\ntoken = "geheim"\n'
    )
    monkeypatch.delenv("DENYUT_TEST_PASSWORD", raising=False)
    result = check(file)
    assert (
        "store    sqlite\n"
        "mirror   province: influxdb1, url http://127.0.0.1:8087, database denyut, "
        "password from the environment variable DENYUT_TEST_PASSWORD\n"
        "mirror   archive: influxdb2, url http://127.0.0.1:8086, database denyut, token ********\n"
    ) in result.stdout
    assert "hint     the environment variable DENYUT_TEST_PASSWORD is not set here" in result.stdout
    assert [mirror["name"] for mirror in json.loads(check(file, "--json").stdout)["mirrors"]] == ["province", "archive"]


def test_an_environment_variable_that_is_not_set_is_a_hint(tmp_path, monkeypatch):
    file = tmp_path / "city.toml"
    file.write_text('[[sources]]\npassword_env = "DENYUT_TEST_PASSWORD"\n')
    monkeypatch.delenv("DENYUT_TEST_PASSWORD", raising=False)
    assert "hint     the environment variable DENYUT_TEST_PASSWORD is not set here" in check(file).stdout
    monkeypatch.setenv("DENYUT_TEST_PASSWORD", "geheim")
    assert "hint" not in check(file).stdout


def test_figures_that_others_can_read_without_a_token_are_a_hint(tmp_path):
    file = tmp_path / "city.toml"
    file.write_text('[http]\nlisten = "0.0.0.0:8180"\n')
    assert "hint     http.listen 0.0.0.0:8180: every machine that reaches it can read the figures" in check(file).stdout


def test_the_address_of_the_figures_and_where_their_token_comes_from_are_printed(tmp_path, monkeypatch):
    file = tmp_path / "city.toml"
    file.write_text('[http]\nlisten = "[::1]:80"\ntoken_env = "DENYUT_TEST_TOKEN"\n')
    monkeypatch.setenv("DENYUT_TEST_TOKEN", "geheim")
    result = check(file)
    assert "http     [::1]:80, token from the environment variable DENYUT_TEST_TOKEN\n" in result.stdout
    assert "geheim" not in result.stdout
    assert "hint" not in result.stdout
    monkeypatch.delenv("DENYUT_TEST_TOKEN")
    assert "the environment variable DENYUT_TEST_TOKEN is not set here" in check(file).stdout
    file.write_text("[http]\nenabled = false\n")
    assert "http" not in check(file).stdout


def test_a_copied_configuration_whose_topics_still_name_the_old_city_is_a_hint(tmp_path):
    file = tmp_path / "city.toml"
    file.write_text('[city]\nid = "lamongan"\n[[sources]]\ntopics = ["city/bojonegoro/#"]\n')
    result = check(file)
    assert result.exit_code == 0
    assert "hint     topics city/bojonegoro/# bring the city bojonegoro, but city.id is lamongan\n" in result.stdout


def test_actuators_are_printed_and_commands_that_would_be_taken_for_readings_are_a_hint(tmp_path):
    file = tmp_path / "city.toml"
    text = """\
[[sources]]
topics = ["#"]
[[actuators]]
id = "siren"
topic = "street/siren"
officers = ["budi"]
commands = { on = {}, off = {} }
dry_run = true
[[offices]]
id = "bpbd"
[[officers]]
id = "budi"
office = "bpbd"
"""
    file.write_text(text)
    lines = CliRunner().invoke(command, [str(file)]).stdout.splitlines()
    assert "actuator siren: on, off on street/siren; dry run: nothing is sent" in lines
    took = "so it takes the commands on 'street/siren' for readings"
    assert f"hint     actuator 'siren': source 'mqtt' subscribes to '#', {took}" in lines


def test_a_kind_that_is_nearly_a_usual_one_is_a_hint_and_no_mistake(tmp_path):
    file = tmp_path / "city.toml"
    file.write_text('[[devices]]\nid = "1"\nkind = "trafic"\n')
    result = check(file)
    assert result.exit_code == 0
    assert "hint     device '1': kind 'trafic' is new; did you mean 'traffic'?" in result.stdout


@pytest.mark.parametrize("name", ["absent.toml", ".", "a\udce9.toml"])
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path, name):
    result = check(tmp_path / name)
    assert result.exit_code == 2
    assert result.stderr.endswith("1 mistake\n")
    assert result.stderr.count("\n") == 2


def test_the_help_has_an_example():
    assert "denyut check city.toml" in check("--help").stdout
