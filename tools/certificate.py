"""A certificate of one's own for the office network."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import subprocess
from pathlib import Path

from tools.base import PYTHON, VAR, Command, fail, output, say

CHAIN, KEY, NAMES = VAR / "tls.crt", VAR / "tls.key", VAR / "tls.names"
DAYS = 825  # longer ones are refused by some browsers
RENEW = 30 * 24 * 3600  # seconds before the end
# The second way, where the openssl program is missing; argv: names, days, chain, key.
WITHOUT_OPENSSL = """
import datetime, ipaddress, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization as s
from cryptography.hazmat.primitives.asymmetric import ec
names, days, chain, key_file = sys.argv[1].split(","), int(sys.argv[2]), sys.argv[3], sys.argv[4]
key = ec.generate_private_key(ec.SECP256R1())
alt = [x509.DNSName(n[4:]) if n.startswith("DNS:") else
       x509.IPAddress(ipaddress.ip_address(n[3:])) for n in names]
now = datetime.datetime.now(datetime.timezone.utc)
who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Lianhu")])
made = (x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days))
        .add_extension(x509.SubjectAlternativeName(alt), critical=False).sign(key, hashes.SHA256()))
open(chain, "wb").write(made.public_bytes(s.Encoding.PEM))
open(key_file, "wb").write(key.private_bytes(
    s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
"""


def local_names() -> list[str]:
    """Names and addresses under which this machine is reached, as a certificate writes them."""
    host = socket.gethostname()
    addresses = {"127.0.0.1"}
    with contextlib.suppress(OSError):
        addresses |= {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)}
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with probe, contextlib.suppress(OSError):
        # Sends nothing: it only asks which of our addresses would be used outwards.
        probe.connect(("192.0.2.1", 9))
        addresses.add(probe.getsockname()[0])
    plain = sorted(a for a in addresses if not ipaddress.ip_address(a.split("%")[0]).is_link_local)
    return [f"DNS:{name}" for name in dict.fromkeys([host, "localhost"])] + [
        f"IP:{address}" for address in plain
    ]


def certificate() -> tuple[Path, Path]:
    """Paths of the certificate and its key, made anew when missing, ending or for other names."""
    names = ",".join(local_names())
    if not (CHAIN.exists() and KEY.exists() and NAMES.exists()) or (
        NAMES.read_text("utf-8") != names or ends_soon()
    ):
        make(names)
        NAMES.write_text(names, "utf-8")
    say(f"Certificate for {names}")
    if print_ := fingerprint():
        say(f"Its SHA-256 fingerprint, to compare in the browser: {print_}")
    return CHAIN, KEY


def has_openssl() -> bool:
    try:
        return subprocess.run(["openssl", "version"], capture_output=True).returncode == 0
    except OSError:
        return False


def ends_soon() -> bool:
    if not has_openssl():
        return False
    check: Command = ["openssl", "x509", "-checkend", str(RENEW), "-noout", "-in", CHAIN]
    return subprocess.run(check, capture_output=True).returncode != 0


def fingerprint() -> str:
    if not has_openssl():
        return ""
    show: Command = ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", CHAIN]
    return output(show).partition("=")[2]


def make(names: str) -> None:
    """Write a self-made certificate; the key may be read by its owner only."""
    KEY.unlink(missing_ok=True)
    KEY.touch(0o600)
    if has_openssl():
        command: Command = ["openssl", "req", "-x509", "-newkey", "ec", "-nodes"]
        command += ["-pkeyopt", "ec_paramgen_curve:P-256", "-days", str(DAYS)]
        command += ["-subj", "/CN=Lianhu", "-addext", f"subjectAltName={names}"]
        command += ["-keyout", KEY, "-out", CHAIN]
    else:
        command = [PYTHON, "-c", WITHOUT_OPENSSL, names, str(DAYS), CHAIN, KEY]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        fail(f"The certificate could not be made: {done.stderr.strip()}")
