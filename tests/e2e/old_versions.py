# SPDX-License-Identifier: Apache-2.0
"""A proxy before a broker: answers to ApiVersions report no later versions of some requests than given, like an
older Kafka. The broker has to advertise this address."""
import contextlib
import socket
import struct
import threading

API_VERSIONS = 18


def read_exactly(connection, n):
    data = b""
    while len(data) < n:
        part = connection.recv(n - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def frames(connection):
    """Messages without their length, until the connection ends."""
    with contextlib.suppress(OSError):
        while True:
            (size,) = struct.unpack(">i", read_exactly(connection, 4))
            yield read_exactly(connection, size)


def lowered(answer, version, limits):
    """An ApiVersions response whose highest versions are at most those of limits."""
    at = 6  # correlation id, error code
    if version < 3:
        (n,) = struct.unpack_from(">i", answer, at)
        at, width = at + 4, 6
    else:
        n, at, width = answer[at] - 1, at + 1, 7  # one byte of a varint: fewer than 127; no tagged fields
    answer = bytearray(answer)
    for place in range(at, at + n * width, width):
        key, lowest, highest = struct.unpack_from(">hhh", answer, place)
        struct.pack_into(">h", answer, place + 4, max(lowest, min(highest, limits.get(key, highest))))
    return bytes(answer)


class OldVersions:
    def __init__(self, port, broker_port, limits):
        """limits: number of the request → its highest version; can be changed for later connections"""
        self.broker_port = broker_port
        self.limits = limits
        self.listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                broker = socket.create_connection(("127.0.0.1", self.broker_port))
                asked = {}  # correlation id → version, of requests for ApiVersions
                for work in (self.requests, self.answers):
                    threading.Thread(target=work, args=(client, broker, asked), daemon=True).start()

    @staticmethod
    def requests(client, broker, asked):
        for request in frames(client):
            key, version, correlation = struct.unpack_from(">hhi", request)
            if key == API_VERSIONS:
                asked[correlation] = version
            broker.sendall(struct.pack(">i", len(request)) + request)
        broker.close()

    def answers(self, client, broker, asked):
        for answer in frames(broker):
            version = asked.pop(struct.unpack_from(">i", answer)[0], None)
            if version is not None:
                answer = lowered(answer, version, self.limits)
            with contextlib.suppress(OSError):
                client.sendall(struct.pack(">i", len(answer)) + answer)
        client.close()

    def stop(self):
        self.listener.close()
