"""The address that figures are asked at, taken before anything else starts."""

import socket


def listening_socket(host: str, port: int) -> socket.socket:
    """Raises OSError where the address is taken, not of this machine, or not allowed."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Uvicorn listens again with its own backlog; here it is so that another process cannot take the port.
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener
