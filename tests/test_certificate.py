"""Can an intranet have https that a real client verifies, and that refuses what it should?"""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest
from cryptography import x509

from layers import clock
from layers.errors import InvalidValue, UnreadableFile, WrongSetting
from tests.running import Server, command, environment, free_port, webmap
from webmap import certificates, tls
from webmap.bases.shelf import shelf_of
from webmap.checkup import findings
from webmap.config import Config
from webmap.server import must_serve_tls

NOW = datetime(2025, 3, 1, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("tls") / "home"
    made = webmap("certificate", "localhost", "127.0.0.1", "map.county.test", home=home)
    assert made.returncode == 0, made.stderr
    assert "受信任的根证书颁发机构" in made.stdout
    port = free_port()
    log = home.parent / "server.log"
    settings = environment(home, {"WEBMAP_PORT": str(port), "WEBMAP_BACKUP_AT": "off"})
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command(None), "run", "--tls"],
            env=settings,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
        )
    server = Server(f"https://localhost:{port}", port, log, home, process.pid)
    try:
        wait_for_line(log, "已启动", process)
        yield server
    finally:
        process.terminate()
        process.wait(15)


def wait_for_line(log: Path, words: str, process: subprocess.Popen[bytes]) -> None:
    deadline = datetime.now(UTC) + timedelta(seconds=60)
    while words not in (said := log.read_text("utf-8")):
        assert process.poll() is None, said
        assert datetime.now(UTC) < deadline, said


def trusting(home: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificates.files(home).authority))


def ask(server: Server, name: str, path: str = "/healthz") -> int:
    """Over TLS, verified for this name by a client that trusts our authority only."""
    with trusting(server.home).wrap_socket(connected(server), server_hostname=name) as secured:
        connection = HTTPSConnection("127.0.0.1", server.port)
        connection.sock = secured
        connection.request("GET", path)
        return connection.getresponse().status


def connected(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=30)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "map.county.test"])
def test_a_client_that_trusts_the_authority_is_served(tls_server: Server, name: str) -> None:
    assert ask(tls_server, name) == 200


def test_a_name_that_is_not_on_it_is_refused(tls_server: Server) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        ask(tls_server, "other.county.test")


def test_a_client_that_does_not_know_the_authority_refuses(tls_server: Server) -> None:
    with pytest.raises(ssl.SSLCertVerificationError), connected(tls_server) as plain:
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")


def test_the_start_says_the_https_address(tls_server: Server) -> None:
    assert f"https://127.0.0.1:{tls_server.port}" in tls_server.log.read_text("utf-8")


def test_who_comes_with_http_is_sent_to_https(tls_server: Server) -> None:
    connection = HTTPConnection("localhost", tls_server.port, timeout=30)
    connection.request("GET", "/table?a=1")
    answer = connection.getresponse()
    assert answer.status == 302
    assert answer.getheader("Location") == f"https://localhost:{tls_server.port}/table?a=1"
    assert "请把网址开头的 http:// 改为 https://" in answer.read().decode()
    connection.close()


def test_cookies_are_secure_over_tls(tls_server: Server) -> None:
    with trusting(tls_server.home).wrap_socket(connected(tls_server), server_hostname="localhost") as secured:
        connection = HTTPSConnection("localhost", tls_server.port)
        connection.sock = secured
        connection.request("GET", "/login")
        cookies = connection.getresponse().headers.get_all("Set-Cookie") or []
    assert all("Secure" in cookie for cookie in cookies), cookies


@pytest.mark.parametrize(
    ("asked", "starts"),
    [
        (b"GET / HTTP/1.1\r\nHost: a.b:1\r\n\r\n", b"HTTP/1.1 302 Found\r\nLocation: https://a.b:1/\r\n"),
        (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", b"HTTP/1.1 400 "),
        (b"GET //evil HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 "),
        (b"hello", b"HTTP/1.1 400 "),
    ],
)
def test_only_a_plain_question_with_a_host_is_sent_on(asked: bytes, starts: bytes) -> None:
    assert tls.plain_answer(asked).startswith(starts)


# --- what is made --------------------------------------------------------------------------------------


def test_the_certificate_keeps_what_browsers_demand(home: Path) -> None:
    with clock.standing_at(NOW):
        made = certificates.make(home, ("map.county.test", "10.1.2.3", "fd00::1", "地图.县.test"))
    leaf, authority = certificates.read(made.server), certificates.read(made.authority)
    assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc) <= timedelta(days=398)
    assert (authority.not_valid_after_utc - NOW).days == 3650
    chinese = "xn--wcs7d.xn--5nr.test"  # as the URL class of Node writes it
    assert certificates.hosts_of(leaf) == ["map.county.test", chinese, "10.1.2.3", "fd00::1"]
    leaf.verify_directly_issued_by(authority)
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [kind.dotted_string for kind in usage] == ["1.3.6.1.5.5.7.3.1"]
    for key in (made.server_key, made.authority_key):
        assert key.stat().st_mode & 0o077 == 0


def test_openssl_agrees(home: Path) -> None:
    made = certificates.make(home, ("map.county.test", "10.1.2.3"))
    context = ssl.create_default_context(cafile=str(made.authority))
    context.load_cert_chain(made.server, made.server_key)
    assert [found["notAfter"] for found in context.get_ca_certs()]


def test_a_renewal_keeps_the_authority_that_everybody_trusts(home: Path) -> None:
    first = certificates.make(home, ("map.county.test",))
    trusted, served = first.authority.read_bytes(), first.server.read_bytes()
    again = certificates.make(home, ("map.county.test", "192.168.1.2", "new.map.county.test"))
    assert again.authority.read_bytes() == trusted
    assert again.server.read_bytes() != served


def test_the_authority_cannot_speak_for_other_sites(home: Path) -> None:
    certificates.make(home, ("map.county.test",))
    for other in ("www.bank.test", "8.8.8.8"):
        with pytest.raises(WrongSetting, match="--new-authority"):
            certificates.make(home, (other,))
    made = certificates.make(home, ("www.bank.test", "8.8.8.8"), new_authority=True)
    assert certificates.hosts_of(certificates.read(made.server)) == ["www.bank.test", "8.8.8.8"]


@pytest.mark.parametrize(
    "host", ["http://map.test", "map.test:8000", "a b", "", "-a.test", "ma_p", "a" * 300]
)
def test_what_is_no_host_is_a_sentence(host: str, home: Path) -> None:
    with pytest.raises(InvalidValue, match="应为域名或 IP 地址"):
        certificates.make(home, (host,))
    assert not (home / "certificates").exists()


def test_a_lost_key_says_what_to_do(home: Path) -> None:
    made = certificates.make(home, ("map.county.test",))
    made.authority_key.write_text("x", "utf-8")
    with pytest.raises(UnreadableFile, match="从备份恢复"):
        certificates.make(home, ("map.county.test",))


def test_tls_without_a_certificate_stops_the_start(tmp_path: Path) -> None:
    stopped = webmap("run", "--tls", home=tmp_path / "home", WEBMAP_PORT=str(free_port()))
    assert stopped.returncode == 1
    assert "请先运行 webmap certificate" in stopped.stderr


def test_an_expired_certificate_stops_the_start_and_says_how_to_renew(home: Path) -> None:
    with clock.standing_at(NOW):
        certificates.make(home, ("map.county.test",))
    with clock.standing_at(NOW + timedelta(days=400)), pytest.raises(WrongSetting, match="2026-04-02 到期"):
        must_serve_tls(Config(home=home, database_url=f"sqlite:///{home / 'map.db'}", tls=True))


def test_windows_is_told_how_to_do_it_with_a_proxy(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(WrongSetting, match=r"reverse_proxy 127\.0\.0\.1:8000"):
        must_serve_tls(Config(home=home, database_url="sqlite:///x", tls=True))


@pytest.mark.parametrize(("day", "state"), [(0, "good"), (380, "doubt"), (400, "bad")])
def test_the_check_page_tells_when_to_renew(
    day: int, state: str, sqlite_database: object, home: Path
) -> None:
    from layers.store import Database

    config = Config(home=home, database_url=f"sqlite:///{home / 'map.db'}", tls=True)
    with clock.standing_at(NOW):
        certificates.make(home, ("map.county.test",))
    with clock.standing_at(NOW + timedelta(days=day)):
        database = Database(config.database_url)
        found = {one.title: one for one in findings(config, database, shelf_of(config))}
        database.dispose()
    assert found["https 证书"].state == state
