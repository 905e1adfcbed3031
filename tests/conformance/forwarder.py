"""A loopback forwarder that signs every request with a token.

The conformance suite fetches the API document with a client of its own and has no option for credentials. So it talks
to this, which passes everything on with an `Authorization` header. The Host header goes through unchanged: the links
in the answers then lead back here.
"""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

DROPPED = {"connection", "transfer-encoding", "keep-alive"}


@contextmanager
def forwarding(host: str, port: int, token: str) -> Iterator[str]:
    """The address of a forwarder to host:port, for as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            headers = {**dict(self.headers), "Authorization": f"Bearer {token}"}
            onward = http.client.HTTPConnection(host, port, timeout=60)
            try:
                onward.request(self.command, self.path, headers=headers)
                answer = onward.getresponse()
                body = answer.read()
            finally:
                onward.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in DROPPED:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Quiet: the server behind has a log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
