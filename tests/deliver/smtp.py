"""Real SMTP servers on loopback, one of which misbehaves as it is told."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

HOST = "127.0.0.1"


@dataclass
class Desk:
    """What a server does, and what it got: (recipient, bytes).

    refuses: addresses. breaks_at: the number of the letter (from 0) at which the connection breaks; after_data: when the
    server has that letter already, but has not said so. says: its answer to a letter.
    """

    refuses: tuple[str, ...] = ()
    breaks_at: int | None = None
    after_data: bool = False
    says: str = "250 收下了，编号 7"
    got: list[tuple[str, bytes]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_MAIL(self, server, session, envelope, address, options):
        if len(self.got) == self.breaks_at and not self.after_data:
            server.transport.abort()
        self.senders.append(address)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.says.startswith("250"):
            self.got += [(to, envelope.original_content) for to in envelope.rcpt_tos]
        if self.after_data and len(self.got) - 1 == self.breaks_at:
            server.transport.abort()
        return self.says

    def login(self, server, session, envelope, mechanism, data: LoginPassword):
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)

    @property
    def to(self) -> list[str]:
        return [to for to, _ in self.got]


@contextmanager
def serving(desk: Desk, certificate: Path | None = None, **more: object) -> Iterator[int]:
    """A server of aiosmtpd; gives its port. certificate: it then insists on STARTTLS and on a login."""
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        more |= {"tls_context": context, "require_starttls": True, "authenticator": desk.login, "auth_required": True}
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    controller = Controller(desk, hostname=HOST, port=port, **more)
    controller.start()
    try:
        yield port
    finally:
        controller.stop(no_assert=True)


def certified(folder: Path) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file."""
    file = folder / "server.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
    command += ["-addext", f"subjectAltName=IP:{HOST}", "-keyout", str(file), "-out", str(folder / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    file.write_text(file.read_text() + (folder / "cert.pem").read_text())
    return file


@contextmanager
def hanging_up_inside() -> Iterator[int]:
    """A server that says yes to everything and hangs up in the middle of the letter."""
    listening = socket.create_server((HOST, 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 hello\r\n")
            for line in lines:
                connection.sendall(b"354 go on\r\n" if line.startswith(b"DATA") else b"250 OK\r\n")
                if line.startswith(b"DATA"):
                    lines.read(1000)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.close()
        thread.join(5)
