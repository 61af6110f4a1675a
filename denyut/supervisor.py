"""What systemd is told of the process, where it started it: that it runs, that it is alive, that it stops.

The protocol is sd_notify(3): a datagram on the socket that NOTIFY_SOCKET names.
"""

import os
import socket
import time
from collections.abc import Callable, Mapping


class Supervisor:
    """Does nothing where nobody supervises."""

    def __init__(
        self, environment: Mapping[str, str] = os.environ, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        watchdog_us = environment.get("WATCHDOG_USEC", "")
        self._every_s = int(watchdog_us) / 2e6 if watchdog_us.isdigit() else 0.0
        """Half the time after which it would be killed, as sd_watchdog_enabled(3) recommends; 0: nobody waits."""
        self._monotonic = monotonic
        self._told_at = -float("inf")

    def ready(self) -> None:
        self._tell("READY=1")

    def alive(self) -> None:
        """May be called as often as one likes."""
        if self._every_s and self._monotonic() - self._told_at >= self._every_s:
            self._told_at = self._monotonic()
            self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        # A name that begins with @ is one of the abstract namespace, which begins with a zero byte.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.setblocking(False)
                out.sendto(message.encode(), address)
        except OSError:
            # Whoever supervises will notice by itself that nothing comes.
            return
