"""The documentation holds: its links lead somewhere, its commands exist, and every command explains itself."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from denyut.cli import main

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + sorted(ROOT.glob("docs/**/*.md"))
COMMANDS = main.commands
TARGETS = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def code(page: Path) -> Iterator[str]:
    """Each line of a code block and each piece of inline code; a line that ends in a backslash has its next one."""
    text = page.read_text().replace("\\\n", " ")
    fenced = re.compile(r"^```.*?^```", flags=re.MULTILINE | re.DOTALL)
    for block in fenced.findall(text):
        yield from block.splitlines()[1:-1]
    rest = fenced.sub("", text)
    yield from (line.strip() for line in rest.splitlines() if line.startswith("    "))
    yield from re.findall(r"`([^`\n]+)`", rest)


def invocations(page: Path, program: str) -> Iterator[list[str]]:
    for line in code(page):
        words = line.removeprefix("$ ").removeprefix(".venv/bin/")
        if words.startswith(f"{program} "):
            yield shlex.split(words, comments=True)[1:]


def option_mistakes(words: list[str]) -> list[str]:
    """What `denyut` would refuse of a command line: its name, or options that this command does not have."""
    if not words[0].isidentifier():
        return []
    if words[0] not in COMMANDS:
        return [words[0]]
    known = {name for option in COMMANDS[words[0]].params for name in (*option.opts, *option.secondary_opts)}
    given = {word.split("=")[0] for word in words[1:] if word.startswith("-") and not word[1:].isdigit()}
    return sorted(given - known - {"--help"})


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert re.search(rf"^\s+(\$ )?denyut {name}\b", result.output, flags=re.MULTILINE), "no example"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_examples_in_help_use_options_that_exist(name: str) -> None:
    text = CliRunner().invoke(main, [name, "--help"], terminal_width=200).output
    examples = re.findall(r"^\s+(?:\$ )?denyut (.+)$", text, flags=re.MULTILINE)
    assert [mistakes for example in examples if (mistakes := option_mistakes(shlex.split(example)))] == []


def test_every_option_has_a_help_text() -> None:
    silent = [
        (name, option.name)
        for name, command in COMMANDS.items()
        for option in command.params
        if isinstance(option, click.Option) and not option.help and not option.hidden
    ]
    assert silent == []


@by_name
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    relative = [target.split("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)]
    assert [target for target in relative if not (page.parent / target).exists()] == []


@by_name
def test_a_page_names_only_commands_and_options_that_exist(page: Path) -> None:
    mistakes = {shlex.join(words): found for words in invocations(page, "denyut") if (found := option_mistakes(words))}
    assert mistakes == {}


@by_name
def test_a_page_names_only_targets_that_make_knows(page: Path) -> None:
    assert [words[0] for words in invocations(page, "make") if words[0] not in TARGETS] == []


def test_a_wrong_command_or_option_is_found() -> None:
    assert option_mistakes(["fly", "--high"]) == ["fly"]
    assert option_mistakes(["run", "--brokr", "mqtt://127.0.0.1:1883"]) == ["--brokr"]
    assert {"demo", "test", "check", "bench", "lock", "clean"} <= TARGETS


def test_readme_begins_with_the_two_commands() -> None:
    lines = [line.strip() for line in (ROOT / "README.md").read_text().splitlines() if line.strip()]
    assert lines[:3] == ["# Denyut", "make demo", "make test"]
