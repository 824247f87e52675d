# SPDX-License-Identifier: Apache-2.0
"""Brokers whose answers cannot be trusted: a real one behind a proxy that damages answers at random, and
a fake one."""
import contextlib
import os
import random
import socket
import struct
import threading

from old_versions import read_exactly

SIZES = (0, -1, 1, 0x7fffffff, -0x80000000, 0xffff, 0x10000)
BYTES = (0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff)


def read_message(connection):
    return read_exactly(connection, struct.unpack(">i", read_exactly(connection, 4))[0])


def message(body):
    return struct.pack(">i", len(body)) + body


class Listener:
    """Calls serve(connection) in a thread for each connection."""

    def __init__(self, serve):
        self.serve = serve
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.port}"

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_one, args=(connection,), daemon=True).start()

    def serve_one(self, connection):
        with connection, contextlib.suppress(OSError, struct.error):
            self.serve(connection)

    def stop(self):
        self.socket.close()


class Damage(Listener):
    """Between a client and a broker on broker_port. A share of the answers, `rate`, is damaged."""

    def __init__(self, seed):
        super().__init__(self.relay)
        self.random = random.Random(seed)
        self.broker_port = None
        self.rate = 0.0
        self.n = 0

    def relay(self, client):
        with socket.create_connection(("127.0.0.1", self.broker_port)) as broker:
            threading.Thread(target=self.pass_requests, args=(client, broker), daemon=True).start()
            while True:
                client.sendall(message(self.damaged(read_message(broker))))

    def pass_requests(self, client, broker):
        try:
            while data := client.recv(65536):
                broker.sendall(data)
            broker.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def damaged(self, answer):
        # The correlation id is rarely damaged, or the client would check nothing else.
        start = 4 if self.random.random() < 0.95 else 0
        data = bytearray(answer)
        if self.random.random() >= self.rate or len(data) <= 4:
            return data
        self.n += 1
        change = self.random.choice((self.flip, self.put_byte, self.put_size, self.cut_out, self.put_in,
                                     self.cut_off))
        for _ in range(self.random.choice((1, 1, 1, 2, 4, 16))):
            if len(data) > start:
                change(data, self.random.randrange(start, len(data)))
        return data

    def flip(self, data, at):
        data[at] ^= 1 << self.random.randrange(8)

    def put_byte(self, data, at):
        data[at] = self.random.choice(BYTES)

    def put_size(self, data, at):
        data[at:at + 4] = struct.pack(">i", self.random.choice(SIZES))

    def cut_out(self, data, at):
        del data[at:at + self.random.randrange(1, 9)]

    def put_in(self, data, at):
        data[at:at] = self.random.randbytes(self.random.randrange(1, 9))

    def cut_off(self, data, at):
        del data[at:]


API_VERSIONS, METADATA = 18, 3
# Old versions: their answers are written by hand below.
VERSIONS = ((METADATA, 4), (API_VERSIONS, 0), (9, 5), (16, 2), (2, 1), (10, 1), (15, 1), (32, 1))
NAMES = (b"to\0pic", b"\xff\xfe", b"x" * 249, b"x" * 3000, b'a"b\\c\nd', b"")


def text(data):
    return struct.pack(">h", len(data)) + data


class Impostor(Listener):
    """Answers like a broker to the first request, and with garbage to the others; different garbage for each
    connection. first: which one it begins with."""

    def __init__(self, first):
        super().__init__(self.answer)
        self.n = first
        self.kinds = (
            self.noise, self.too_long, self.negative, self.empty, self.other_question, self.http, self.silent,
            self.metadata(b"127.0.0.1", 1), self.metadata(b'127.0.0.1\n"', 1), self.metadata(b"h" * 255, 1),
            self.metadata(b"127.0.0.1", -7), self.metadata(b":1", 1), self.metadata(b"", 1))

    def answer(self, connection):
        kind = self.kinds[self.n % len(self.kinds)]
        self.n += 1
        while True:
            request = read_message(connection)
            connection.sendall(kind(*struct.unpack(">hhi", request[:8])))

    def noise(self, _key, _version, _id):
        return os.urandom(2000)

    def too_long(self, _key, _version, _id):
        return struct.pack(">i", 0x7fffffff) + bytes(1000)

    def negative(self, _key, _version, _id):
        return struct.pack(">i", -1) + bytes(1000)

    def empty(self, _key, _version, _id):
        return message(b"")

    def other_question(self, _key, _version, number):
        return message(struct.pack(">i", number + 1))

    def http(self, _key, _version, _id):
        return b"HTTP/1.1 400 Bad Request\r\n\r\n"

    def silent(self, _key, _version, _id):
        raise ConnectionError

    def metadata(self, host, broker):
        def kind(key, version, number):
            if key == API_VERSIONS:
                error = 35 if version >= 3 else 0  # unsupported version: the client retries with version 0
                body = struct.pack(">hi", error, len(VERSIONS))
                body += b"".join(struct.pack(">hhh", k, 0, v) for k, v in VERSIONS)
            elif key == METADATA:
                body = struct.pack(">iii", 0, 1, broker) + text(host) + struct.pack(">i", self.port)
                body += struct.pack(">hhii", -1, -1, 1, len(NAMES))
                for name in NAMES:
                    body += struct.pack(">h", 0) + text(name) + bytes(1)
                    body += struct.pack(">ihiiiiii", 1, 0, min(broker, 0), 1, 1, 1, 1, 1)
            else:
                body = os.urandom(30)
            return message(struct.pack(">i", number) + body)
        return kind
