"""The user of a test's Mosquitto."""

import shutil
import subprocess
from pathlib import Path

import pytest


def password_file(directory: Path, user: str, password: str) -> str:
    """Lines for the listener of mosquitto.conf."""
    program = shutil.which("mosquitto_passwd")
    if program is None:
        pytest.skip("mosquitto_passwd is not on PATH")
    subprocess.run([program, "-b", "-c", str(directory / "users"), user, password], check=True, capture_output=True)
    return "allow_anonymous false\npassword_file users\n"
