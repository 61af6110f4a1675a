"""Reading a text file that a person wrote: what can be wrong with it, in a sentence."""

from pathlib import Path

from config.mistakes import ConfigurationError, Mistake

_OTHER_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_text(file: Path, largest: int) -> str:
    """The text of a UTF-8 file of at most `largest` bytes; a byte order mark, which some editors write, is left out.

    Raises ConfigurationError where the file is absent, unreadable, too big or not UTF-8.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(largest + 1)
    except FileNotFoundError:
        raise _refused(file, "there is no such file") from None
    except IsADirectoryError:
        raise _refused(file, "this is a directory, not a file") from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise _refused(file, f"cannot be read: {reason}") from None
    if len(content) > largest:
        raise _refused(file, f"is bigger than {largest >> 20} MiB, the most that is read")
    return _decoded(file, content)


def _decoded(file: Path, content: bytes) -> str:
    if encoding := _OTHER_ENCODINGS.get(content[:2]):
        raise _refused(file, f"is written in {encoding}; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refused(file, f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8", line) from None


def _refused(file: Path, message: str, line: int | None = None) -> ConfigurationError:
    return ConfigurationError([Mistake(file, line, "", message)])
