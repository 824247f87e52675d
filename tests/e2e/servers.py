# SPDX-License-Identifier: Apache-2.0
"""Servers that misbehave in ways that a real Jolokia or Kafka cannot be made to."""
import contextlib
import socket
import threading


@contextlib.contextmanager
def answering(answer, drip_s=None):
    """A TCP server on loopback that sends the same bytes to every request, or, with None, nothing.

    With drip_s the bytes are sent one at a time, that many seconds apart.
    """
    stopped = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    connections = []

    def serve_one(connection):
        with contextlib.suppress(OSError):
            connection.settimeout(5)
            if answer is None:
                stopped.wait()
                return
            connection.recv(1 << 20)
            if drip_s is None:
                connection.sendall(answer)
            else:
                for byte in answer:
                    if stopped.wait(drip_s):
                        break
                    connection.sendall(bytes([byte]))
            connection.shutdown(socket.SHUT_RDWR)

    def serve():
        while not stopped.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                connections.append(connection)
                threading.Thread(target=serve_one, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopped.set()
        thread.join()
        listener.close()
        for connection in connections:
            connection.close()


def http(body, status="200 OK", content_type="application/json; charset=utf-8"):
    if isinstance(body, str):
        body = body.encode()
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    ).encode() + body
