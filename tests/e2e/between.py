# SPDX-License-Identifier: Apache-2.0
"""A network namespace with the brokers' own addresses in it, and a proxy between these and the brokers.

Brokers advertise 127.0.0.1. In the namespace this process listens on these ports: every byte of a client that runs
there goes through it; it reads the requests and can stop, or close the connection, at a chosen one.

With links each broker has its own address, link and peer: the client sees 10.77.N.1, which is as long as
127.0.0.1 and replaces it in the answers.
"""
import contextlib
import ctypes
import os
import socket
import struct
import subprocess
import threading

CLONE_NEWNET = 0x40000000
NAMES = {2: "ListOffsets", 3: "Metadata", 9: "OffsetFetch", 10: "FindCoordinator",
         15: "DescribeGroups", 16: "ListGroups", 18: "ApiVersions", 32: "DescribeConfigs"}
KEYS = {name: key for key, name in NAMES.items()}


class Between:
    def __init__(self, name, ports, links=False):
        self.name = name
        self.far = f"{name}-far" if links else None
        self.lock = threading.Lock()
        self.requests = []      # (port, key, version, body) of all requests
        self.trap = None        # (port or None, key, function): called with the port, once
        self.frozen = set()     # ports that pass nothing on
        self.cut = set()        # ports that refuse
        self.moved = threading.Condition(self.lock)
        self.connections = {port: [] for port in ports}
        for space in self.spaces():
            subprocess.run(["ip", "netns", "delete", space], check=False, stderr=subprocess.DEVNULL)
            subprocess.run(["ip", "netns", "add", space], check=True)
            ip(space, "link set lo up")
        self.addresses = {port: self.connect(number) if links else "127.0.0.1"
                          for number, port in enumerate(ports, 1)}
        self.listeners = {port: self.listen_inside(port) for port in ports}
        for port, listener in self.listeners.items():
            threading.Thread(target=self.accept, args=(port, listener), daemon=True).start()

    def spaces(self):
        return [self.name] + ([self.far] if self.far else [])

    def connect(self, number):
        """A link to the broker's peer. Returns its address."""
        ip(self.name, f"link add near{number} type veth peer name far{number} netns {self.far}")
        for space, end, host in ((self.name, "near", 2), (self.far, "far", 1)):
            ip(space, f"address add 10.77.{number}.{host}/30 dev {end}{number}")
            ip(space, f"link set {end}{number} up")
        return f"10.77.{number}.1"

    def pull(self, number):
        ip(self.far, f"link set far{number} down")

    def plug(self, number):
        ip(self.far, f"link set far{number} up")

    @property
    def bootstrap(self):
        return ",".join(f"{address}:{port}" for port, address in self.addresses.items())

    def listen_inside(self, port):
        """A socket in the namespace, created by a thread that enters it; the socket stays valid."""
        found = []

        def there():
            with open(f"/run/netns/{self.far or self.name}", "rb") as space:
                if ctypes.CDLL(None, use_errno=True).setns(space.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self.addresses[port], port))
            listener.listen(64)
            found.append(listener)

        thread = threading.Thread(target=there)
        thread.start()
        thread.join()
        return found[0]

    def accept(self, port, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if port in self.cut:
                client.close()
                continue
            broker = socket.create_connection(("127.0.0.1", port))
            with self.lock:
                self.connections[port] += [client, broker]
            for source, sink, pump in ((client, broker, self.pump_requests),
                                       (broker, client, self.pump_answers)):
                threading.Thread(target=pump, args=(port, source, sink), daemon=True).start()

    def pass_on(self, port, sink, data):
        with self.moved:
            while port in self.frozen:
                self.moved.wait(0.5)
        sink.sendall(data)

    def pump_requests(self, port, source, sink):
        try:
            stream = source.makefile("rb")
            while head := stream.read(4):
                body = stream.read(struct.unpack(">i", head)[0])
                self.see(port, body)
                self.pass_on(port, sink, head + body)
        except (OSError, struct.error):
            pass
        self.end_both(source, sink)

    def pump_answers(self, port, source, sink):
        try:
            stream = source.makefile("rb")
            while head := stream.read(4):
                body = stream.read(struct.unpack(">i", head)[0])
                self.pass_on(port, sink, head + self.with_addresses(body))
        except (OSError, struct.error):
            pass
        self.end_both(source, sink)

    def with_addresses(self, answer):
        """Hosts are followed by their ports in every answer that names brokers."""
        if self.far:
            for port, address in self.addresses.items():
                answer = answer.replace(b"127.0.0.1" + struct.pack(">i", port),
                                        address.encode() + struct.pack(">i", port))
        return answer

    @staticmethod
    def end_both(*sockets):
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def see(self, port, body):
        key, version = struct.unpack(">hh", body[:4])
        with self.lock:
            self.requests.append((port, key, version, body))
            hit = self.trap and self.trap[0] in (None, port) and self.trap[1] == key
            function = self.trap[2] if hit else None
            if hit:
                self.trap = None
        if function:
            function(port)

    def freeze(self, port):
        self.frozen.add(port)

    def cut_off(self, port):
        self.cut.add(port)
        with self.lock:
            sockets, self.connections[port] = self.connections[port], []
        self.end_both(*sockets)

    def fix(self):
        with self.moved:
            self.frozen.clear()
            self.cut.clear()
            self.trap = None
            self.moved.notify_all()

    def keys(self):
        with self.lock:
            return {NAMES.get(key, key) for _, key, _, _ in self.requests}

    def stop(self):
        self.fix()
        for port, listener in self.listeners.items():
            self.cut_off(port)
            listener.close()
        for space in self.spaces():
            subprocess.run(["ip", "netns", "delete", space], check=False)


def ip(space, command):
    subprocess.run(["ip", "-n", space, *command.split()], check=True)


def inside(name, url):
    """GET from within the namespace."""
    return subprocess.run(["ip", "netns", "exec", name, "curl", "-s", "--max-time", "5", url],
                          capture_output=True, text=True, check=False).stdout


def start_inside(name, binary, config, log):
    return subprocess.Popen(
        ["ip", "netns", "exec", name, binary, f"--config.file={config}",
         "--web.listen-address=127.0.0.1:9308"],
        stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=dict(os.environ))
