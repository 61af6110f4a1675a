import subprocess
from pathlib import Path

from tests.servers.mosquitto import mosquitto


def test_the_broker_of_the_tests_stores_a_retained_message(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port:
        address = ["-h", "127.0.0.1", "-p", str(port), "-t", "city/bjn"]
        subprocess.run(["mosquitto_pub", *address, "-r", "-m", "hello"], check=True)
        answer = subprocess.run(["mosquitto_sub", *address, "-C", "1", "-W", "5"], capture_output=True, check=True)
    assert answer.stdout == b"hello\n"
