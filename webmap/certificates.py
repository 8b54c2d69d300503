"""How does an intranet get https? An authority of the county's own signs the certificate of this server.

The authority lasts ten years and is trusted once on every computer; it can only speak for the names it was made for
and for private addresses, so that whoever steals it cannot pretend to be a bank. The server's certificate lasts as
long as browsers allow and is renewed by asking for it again.
"""

from __future__ import annotations

import ipaddress
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from layers import clock
from layers.errors import InvalidValue, UnreadableFile, WrongSetting
from webmap.private_folder import PRIVATE_MODE

AUTHORITY_DAYS: Final = 3650
SERVER_DAYS: Final = 397
"""Browsers refuse more than 398."""
SLOW_CLOCKS: Final = timedelta(hours=1)
PRIVATE: Final = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
_NAME: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Files(NamedTuple):
    """Where certificates and keys lie in a data folder."""

    authority: Path
    authority_key: Path
    server: Path
    server_key: Path


class Signed(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def files(home: Path) -> Files:
    """The places; nothing need be there."""
    folder = home / "certificates"
    return Files(*(folder / name for name in ("authority.crt", "authority.key", "server.crt", "server.key")))


def make(home: Path, hosts: tuple[str, ...], *, new_authority: bool = False) -> Files:
    """A certificate for these names and addresses; the authority is made when there is none."""
    names = [_checked(host) for host in hosts]
    place = files(home)
    place.authority.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_MODE)
    if new_authority or not place.authority.exists():
        authority = _authority(names)
        _write(authority, place.authority, place.authority_key)
    else:
        authority = _read(place.authority, place.authority_key)
        _must_speak_for(authority.certificate, names)
    _write(_server(names, authority), place.server, place.server_key)
    return place


def usable(home: Path) -> Files:
    """The certificate to serve with; raises WrongSetting when there is none, or none that still counts."""
    place = files(home)
    if not place.server.exists() or not place.server_key.exists():
        raise WrongSetting(
            "要用 https 提供服务，但还没有证书。请先运行 webmap certificate 本机的域名或IP，例如 webmap certificate 10.1.2.3。"
        )
    certificate = read(place.server)
    if certificate.not_valid_after_utc <= clock.now():
        raise WrongSetting(
            f"https 证书已于 {certificate.not_valid_after_utc:%Y-%m-%d} 到期。"
            f"请运行 webmap certificate {' '.join(hosts_of(certificate))} 续期，电脑上不用重新信任。"
        )
    return place


def read(file: Path) -> x509.Certificate:
    """A certificate as it lies there."""
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"证书 {file} 读不出来（{error}）。请用 webmap certificate 重新制作。") from None


def hosts_of(certificate: x509.Certificate) -> list[str]:
    """The names and addresses that a certificate is for."""
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name) for sort in (x509.DNSName, x509.IPAddress) for name in names.get_values_for_type(sort)]


# --- names ---------------------------------------------------------------------------------------------


def _checked(host: str) -> str | Address:
    written = host.strip().strip("[]").rstrip(".")
    try:
        return ipaddress.ip_address(written)
    except ValueError:
        pass
    name = written.encode("idna").decode().lower() if _encodes(written) else ""
    if not _NAME.fullmatch(name) or len(name) > 253:
        raise InvalidValue(
            f"收到“{host[:80]}”，应为域名或 IP 地址（不带 http:// 和端口），例如 map.county.gov.cn 或 10.1.2.3。"
        )
    return name


def _encodes(name: str) -> bool:
    try:
        name.encode("idna")
    except UnicodeError:
        return False
    return True


def _alternative(name: str | Address) -> x509.GeneralName:
    return x509.DNSName(name) if isinstance(name, str) else x509.IPAddress(name)


def _must_speak_for(authority: x509.Certificate, names: list[str | Address]) -> None:
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    domains = [limit.value for limit in limits if isinstance(limit, x509.DNSName)]
    networks = [limit.value for limit in limits if isinstance(limit, x509.IPAddress)]
    for name in names:
        if isinstance(name, str):
            within = any(name == domain or name.endswith(f".{domain}") for domain in domains)
        else:
            within = any(
                name in network
                for network in networks
                if isinstance(network, ipaddress.IPv4Network | ipaddress.IPv6Network)
            )
        if not within:
            raise WrongSetting(
                f"现有的根证书不能为 {name} 签发证书（它只管 {'、'.join(domains)} 和内网地址）。"
                "请加 --new-authority 换一个根证书，之后每台电脑要重新信任一次。"
            )


# --- certificates --------------------------------------------------------------------------------------


def _authority(names: list[str | Address]) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    title = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "全域一张图"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"全域一张图 根证书 {clock.today():%Y%m%d}"),
        ]
    )
    usage = _usage(signs=True)
    unsigned = (
        _begun(title, title, key, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints(_limits(names), None), critical=True)
    )
    return Signed(unsigned.sign(key, hashes.SHA256()), key)


def _limits(names: list[str | Address]) -> list[x509.GeneralName]:
    """What the authority may speak for: these names and what lies below them, and private addresses."""
    networks = [ipaddress.ip_network(network) for network in PRIVATE]
    networks += [
        ipaddress.ip_network(name)
        for name in names
        if not isinstance(name, str) and not any(name in network for network in networks)
    ]
    domains = sorted({"localhost", *(name for name in names if isinstance(name, str))})
    return [*map(x509.DNSName, domains), *map(x509.IPAddress, networks)]


def _server(names: list[str | Address], authority: Signed) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    title = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str(names[0])[:64])])
    issuer = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    unsigned = (
        _begun(title, authority.certificate.subject, key, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(map(_alternative, names)), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False)
    )
    return Signed(unsigned.sign(authority.key, hashes.SHA256()), key)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLOW_CLOCKS)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


# --- files ---------------------------------------------------------------------------------------------


def _read(certificate: Path, key: Path) -> Signed:
    try:
        found = serialization.load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise UnreadableFile(
            f"根证书的私钥 {key} 读不出来（{error}）。请从备份恢复，或加 --new-authority 换一个根证书。"
        ) from None
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        raise UnreadableFile(f"{key} 不是本程序制作的私钥。请加 --new-authority 换一个根证书。")
    return Signed(read(certificate), found)


def _write(signed: Signed, certificate: Path, key: Path) -> None:
    secret = signed.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _put(secret, key, 0o600)
    _put(signed.certificate.public_bytes(serialization.Encoding.PEM), certificate, 0o644)


def _put(content: bytes, file: Path, mode: int) -> None:
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as target:
        target.write(content)
    part.replace(file)
