# SPDX-License-Identifier: Apache-2.0
"""Jolokia agents in Python, on loopback: correct, or faulty in ways that the tests choose."""
import contextlib
import http.server
import json
import socket
import ssl
import subprocess
import threading

RULES = """\
excludeJvmMetrics: true
requests:
  - { mbean: "app:name=*", attributes: [Value] }
  - { mbean: "app:type=One", attributes: [Value] }
rules:
  - { pattern: "app<name=(.+)><>Value", name: app_value, type: GAUGE, labels: { app: "$1" } }
  - { pattern: "app<type=One><>Value", name: app_one, type: GAUGE }
"""

VERSION = {"agent": "2.2.9", "protocol": "8.0", "info": {"proxy": {}, "jmx": {}}}


def missing(request):
    return {"status": 404, "error_type": "javax.management.InstanceNotFoundException",
            "error": f"javax.management.InstanceNotFoundException : {request['mbean']}"}


class Reply(Exception):
    """Raised by an answer function to send this instead of JSON."""

    def __init__(self, status, body=b"", content_type="text/plain", headers=()):
        super().__init__(status)
        self.status, self.body = status, body
        self.content_type, self.headers = content_type, headers


class Agent:
    """Answers bulk requests from its MBeans; `answer` may be replaced."""

    def __init__(self, mbeans=None, answer=None, tls=None, port=0):
        self.mbeans = {"app:name=a": 1, "app:type=One": 2} if mbeans is None else mbeans
        self.answer = answer or self.answer_request
        self.requests = []
        self.connections = []
        self.n_now = self.n_most = 0  # requests at the same time
        self.lock = threading.Lock()
        agent = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with agent.lock:
                    agent.requests.append(body)
                    agent.n_now += 1
                    agent.n_most = max(agent.n_most, agent.n_now)
                try:
                    agent.serve(self, body)
                finally:
                    with agent.lock:
                        agent.n_now -= 1

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *_):
                pass  # many tests are about clients that disconnect

            def finish_request(self, request, client_address):
                # The handshake is done here, in the connection's own thread.
                if tls:
                    request = tls.wrap_socket(request, server_side=True)
                agent.connections.append(request)
                super().finish_request(request, client_address)

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}/jolokia/"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def serve(self, handler, body):
        try:
            answer = json.dumps(self.answer(handler, body)).encode()
            reply = Reply(200, answer, "application/json; charset=utf-8")
        except Reply as other:
            reply = other
        handler.send_response(reply.status)
        if reply.content_type:
            handler.send_header("Content-Type", reply.content_type)
        for name, value in reply.headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body)

    def answer_request(self, _handler, body):
        if isinstance(body, dict):
            return {"status": 200, "value": VERSION}
        return [self.answer_one(request) for request in body]

    def answer_one(self, request):
        name = request["mbean"]
        if not name.endswith("*"):
            if name in self.mbeans:
                return {"status": 200, "value": {"Value": self.mbeans[name]}}
            return missing(request)
        begin = "" if name == "*:*" else name[:-1]
        found = {key: {"Value": value} for key, value in self.mbeans.items() if key.startswith(begin)}
        return {"status": 200, "value": found} if found else missing(request)

    def polls(self):
        """Bulk requests."""
        with self.lock:
            return [request for request in self.requests if isinstance(request, list)]

    def close(self):
        """Like a process that exits: nothing listens, and every connection is closed."""
        self.server.shutdown()
        self.server.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def agents(*several):
    try:
        yield several
    finally:
        for agent in several:
            agent.close()


class Certificates:
    """A CA and the certificates that it has signed, made with openssl in a folder."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.ca = self.path("ca.pem")
        self.openssl("req", "-x509", "-subj", "/CN=test CA", "-keyout", self.path("ca.key"),
                     "-out", self.ca, "-days", "2")

    def path(self, name):
        return str(self.folder / name)

    def openssl(self, command, *arguments):
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        subprocess.run(["openssl", command, *(new_key if command == "req" else []), *arguments],
                       check=True, capture_output=True, stdin=subprocess.DEVNULL)

    def sign(self, name, alt_names="IP:127.0.0.1", days=2, password=None):
        """A key and a certificate for these names; with negative days an expired one."""
        key, request, certificate = (self.path(f"{name}.{end}") for end in ("key", "csr", "pem"))
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alt_names}\n")
        self.openssl("req", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        self.openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.path("ca.key"),
                     "-set_serial", str(abs(hash(name))), "-days", str(days), "-extfile",
                     str(extensions), "-out", certificate)
        if password:
            self.openssl("pkey", "-in", key, "-aes256", "-passout", f"pass:{password}", "-out",
                         self.path(f"{name}.locked.key"))
        return certificate, key

    def end_of(self, name):
        """Unix seconds."""
        ends = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-in", self.path(f"{name}.pem")],
                              check=True, capture_output=True, text=True).stdout
        return ssl.cert_time_to_seconds(ends.strip().removeprefix("notAfter="))

    def self_signed(self, name):
        key, certificate = self.path(f"{name}.key"), self.path(f"{name}.pem")
        self.openssl("req", "-x509", "-subj", f"/CN={name}", "-addext",
                     "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate, "-days", "2")
        return certificate, key

    def server(self, certificate, key, client_required=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if client_required:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.ca)
        return context
