"""The documentation holds: its links lead somewhere, its commands exist, and every command explains itself."""

import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from denyut.cli import main

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + sorted(ROOT.glob("docs/**/*.md"))
GROUP = click.Context(main, info_name="denyut")
NAMES = main.list_commands(GROUP)
TARGETS = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
FENCED = re.compile(r"^```.*?^```", flags=re.MULTILINE | re.DOTALL)
by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def code(page: Path) -> Iterator[str]:
    """Each line of a code block and each piece of inline code; a line that ends in a backslash has its next one."""
    text = page.read_text().replace("\\\n", " ")
    for block in FENCED.findall(text):
        yield from block.splitlines()[1:-1]
    rest = FENCED.sub("", text)
    yield from (line.strip() for line in rest.splitlines() if line.startswith("    "))
    yield from re.findall(r"`([^`\n]+)`", rest)


def commands_in(line: str) -> Iterator[list[str]]:
    """The commands of a shell line, split at ; && || | and >."""
    lexer = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars=";&|>")
    lexer.whitespace_split = True
    command: list[str] = []
    for word in lexer:
        if set(word) <= set(";&|>"):
            yield command
            command = []
        else:
            command.append(word)
    yield command


def invocations(lines: Iterable[str], program: str) -> Iterator[list[str]]:
    """The words after the program's name, in each line that runs it with some."""
    for line in lines:
        if program in line:
            found = [words[1:] for words in commands_in(line) if words and Path(words[0]).name == program]
            yield from (words for words in found if words and re.fullmatch(r"\w+(-\w+)*", words[0]))


def command_named(name: str) -> click.Command:
    command = main.get_command(GROUP, name)
    assert command is not None, name
    return command


def mistake(words: list[str]) -> str | None:
    """What `denyut` says against a command line, read as it reads it but not run; None where it takes it."""
    name, arguments = words[0], words[1:]
    if name not in NAMES:
        return f"no command {name}"
    if not arguments or "--help" in arguments:
        return None
    try:
        command = command_named(name)
        context = command.make_context(name, list(arguments), parent=GROUP)
        if isinstance(command, click.Group):
            sub_name, sub_command, rest = command.resolve_command(context, arguments)
            assert sub_command is not None
            sub_command.make_context(sub_name, rest, parent=context)
    except click.UsageError as error:
        return error.format_message()
    return None


def mistakes(lines: Iterable[list[str]]) -> dict[str, str]:
    return {shlex.join(words): found for words in lines if (found := mistake(words))}


def help_of(name: str) -> str:
    result = CliRunner().invoke(main, [name, "--help"], terminal_width=200)
    assert result.exit_code == 0
    return result.output


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help_with_an_example_that_it_takes(name: str) -> None:
    examples = list(invocations(re.findall(r"^\s+((?:\$ )?denyut .+)$", help_of(name), flags=re.MULTILINE), "denyut"))
    assert [words for words in examples if words[0] == name]
    assert mistakes(examples) == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_option_has_a_help_text(name: str) -> None:
    command = command_named(name)
    commands = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
    options = [option for each in commands for option in each.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help and not option.hidden] == []


@by_name
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    relative = [target.split("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)]
    assert [target for target in relative if not (page.parent / target).exists()] == []


def anchors_of(page: Path) -> set[str]:
    """Of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text()), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def missing_anchors(page: Path) -> list[str]:
    """Links to headings, of this page or of another, that are not there."""
    found = re.findall(r"\]\(([^)\s#:]*)#([^)\s]+)\)", page.read_text())
    pages = [(page.parent / path if path else page, anchor) for path, anchor in found]
    return [anchor for path, anchor in pages if path.suffix == ".md" and anchor not in anchors_of(path)]


@by_name
def test_every_link_to_a_heading_finds_it(page: Path) -> None:
    assert missing_anchors(page) == []


def test_a_link_to_a_heading_that_is_not_there_is_found(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("# One\n[a](two.md#a-heap-of-it), [b](two.md#gone), [c](#one), [d](#two)\n")
    (tmp_path / "two.md").write_text("## A heap, of `it`\n```\n# gone\n```\n")
    assert missing_anchors(tmp_path / "one.md") == ["gone", "two"]


@by_name
def test_a_page_names_only_command_lines_that_denyut_takes(page: Path) -> None:
    assert mistakes(invocations(code(page), "denyut")) == {}


@by_name
def test_a_page_names_only_targets_that_make_knows(page: Path) -> None:
    assert [words[0] for words in invocations(code(page), "make") if words[0] not in TARGETS] == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("fly --high", "no command fly"),
        ("run --brokr mqtt://127.0.0.1:1883", "No such option '--brokr'"),
        ("run city.toml", "unexpected extra argument"),
        ("dead-letters burn", "No such command 'burn'"),
        ("dead-letters list --cause shed", "No such option '--cause'"),
        ("simulate --qos 7", "Invalid value for '--qos'"),
    ],
)
def test_a_command_line_that_denyut_would_refuse_is_found(line: str, says: str) -> None:
    assert says in str(mistake(line.split()))


def test_a_command_line_that_denyut_takes_is_none() -> None:
    assert mistake(["run", "--broker", "mqtt://HOST:PORT", "--data-dir", "DIR"]) is None


def test_readme_begins_with_the_two_commands() -> None:
    lines = [line.strip() for line in (ROOT / "README.md").read_text().splitlines() if line.strip()]
    assert lines[:3] == ["# Denyut", "make demo", "make test"]
