import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from alerts.texts.checking import template_mistakes
from config.settings import Settings
from denyut.cli import main


def mistakes_of(folder: Path) -> list[str]:
    settings = Settings.model_validate({"notification": {"templates": folder}})
    return [str(mistake).removeprefix(f"{folder}/") for mistake in template_mistakes(settings)]


@pytest.mark.parametrize(
    ("name", "text", "mistake"),
    [
        (
            "firing.id.txt",
            "{{ level }}\n\n{{ alert.titel }}\n",
            "firing.id.txt:3: a text knows nothing named 'titel'; did you mean 'title' or 'until'?",
        ),
        (
            "firing.id.txt",
            "{{ level }}\n{{ weather }}\n",
            "firing.id.txt:2: a text knows nothing named 'weather'; docs/alerts.md lists what it knows",
        ),
        ("digest.en.txt", "X\n{{ count / 0 }}", "digest.en.txt:2: cannot be filled: division by zero"),
        (
            "stale.en.txt",
            "X\n{{ ''.__class__ }}",
            "stale.en.txt:2: cannot be filled: access to attribute '__class__' of 'str' object is unsafe.",
        ),
        ("stale.en.txt", "{% if count > 1 %}X{% endif %}", "stale.en.txt: is empty: nobody would read anything"),
        ("stale.en.txt", "{{ " + "(" * 5000 + ")" * 5000 + " }}", "stale.en.txt: cannot be read: it is nested too"),
        ("stale.en.txt", 'X\n\n{% include "other.txt" %}', "stale.en.txt:3: there is no text other.txt"),
        ("_alerts.en.txt", "{{ alert.where }}", "_alerts.en.txt:1: a text knows nothing named 'where'; docs/alerts.md"),
        ("fireing.id.txt", "X", "fireing.id.txt: no text has this name; did you mean 'firing.id.txt'"),
        ("assigned.jv.txt", "X", "assigned.jv.txt: no text has this name; did you mean 'assigned."),
    ],
)
def test_a_broken_text_of_the_city_is_told_with_its_file_and_line(
    tmp_path: Path, name: str, text: str, mistake: str
) -> None:
    (tmp_path / name).write_text(text)
    (found,) = mistakes_of(tmp_path)
    assert found.startswith(mistake)


def test_a_text_that_is_not_closed_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "resolved.id.txt").write_text("X\n{% if alert %}\nno end\n")
    (found,) = mistakes_of(tmp_path)
    assert found.startswith("resolved.id.txt:2: Unexpected end of template.")


def test_every_broken_text_is_told_at_once(tmp_path: Path) -> None:
    for name in ("firing.id.txt", "resolved.en.txt", "short.id.txt"):
        (tmp_path / name).write_text("{{ nothing }}")
    assert [found.split(":")[0] for found in mistakes_of(tmp_path)] == [
        "firing.id.txt",
        "resolved.en.txt",
        "short.id.txt",
    ]


def test_a_text_that_is_no_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "firing.id.txt").write_bytes(b"Peringatan \xff")
    assert mistakes_of(tmp_path)[0].startswith("firing.id.txt: cannot be read: 'utf-8' codec can't decode byte 0xff")


def test_texts_that_can_be_used_are_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "firing.id.txt").write_text("{{ level }}: {{ alert.title }}\n\n{{ alert.place }}, {{ alert.since }}\n")
    (tmp_path / ".note").write_text("{{")
    assert mistakes_of(tmp_path) == []


def test_without_a_folder_there_is_nothing_to_check() -> None:
    assert template_mistakes(Settings()) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    settings = Settings.model_validate({"notification": {"templates": tmp_path / "texts"}})
    assert [str(mistake) for mistake in template_mistakes(settings)] == [
        f"{tmp_path}/texts: notification.templates: cannot be read: No such file or directory"
    ]


def test_check_refuses_a_configuration_whose_texts_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "firing.id.txt").write_text("X\n{{ alert.plac }}")
    (tmp_path / "city.toml").write_text('[notification]\ntemplates = "texts"\n')
    result = CliRunner().invoke(main, ["check", "--json", str(tmp_path / "city.toml")])
    assert result.exit_code == 2
    (mistake,) = json.loads(result.output)["mistakes"]
    assert (mistake["file"], mistake["line"]) == (str(tmp_path / "texts" / "firing.id.txt"), 2)
    assert mistake["message"] == "a text knows nothing named 'plac'; did you mean 'place'?"
