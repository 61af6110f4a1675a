"""A real SMTP server on 127.0.0.1, and the mail that it got."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.servers.free_ports import free_port


@dataclass
class Mailbox:
    port: int
    answer: str = "250 taken"
    mail: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    """(recipients, message)."""

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            self.mail.append((envelope.rcpt_tos, message))
        return self.answer


@contextmanager
def smtp_server() -> Iterator[Mailbox]:
    box = Mailbox(free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
