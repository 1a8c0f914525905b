"""The certificate of a class: who holds its two files may work for the class, and nobody else can connect.

One self-signed certificate is authority, driver and worker in one. A worker that somebody took over holds it too: that
is why the protocol (`wire.py`) lets who has it do little.
"""

import os
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from assignment.fixable import FixableError, check_all

CERTIFICATE, KEY = "class.crt", "class.key"
DAYS = 365
NEEDED = "expected a folder that `hw9 cluster keys DIR` made"


@dataclass(frozen=True)
class Keys:
    """The files of a class's certificate and of its secret key."""

    certificate: Path
    key: Path


def make_keys(folder: Path) -> Keys:
    """Make a certificate in a folder and return its files; FixableError where there is one, or no openssl."""
    keys = Keys(folder / CERTIFICATE, folder / KEY)
    check_all(f"{path}: is there; expected a new place" for path in (keys.certificate, keys.key) if path.exists())
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"]
    command += ["-days", str(DAYS), "-subj", "/CN=hw9 class", "-keyout", str(keys.key), "-out", str(keys.certificate)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(command, capture_output=True, text=True, check=False, umask=0o077)
    except FileNotFoundError:
        raise FixableError("openssl: not found; expected it (Debian, Ubuntu: sudo apt-get install openssl)") from None
    except OSError as error:
        raise FixableError(f"{folder}: {error.strerror}; expected a folder that can be written") from None
    if done.returncode:
        raise FixableError(f"{folder}: openssl: {done.stderr.strip()[-300:]}; expected OpenSSL 3 or newer")
    return keys


def load_keys(folder: Path) -> Keys:
    """Return the files of a folder; FixableError where one is missing, others may read the key, or it does not fit."""
    keys = Keys(folder / CERTIFICATE, folder / KEY)
    check_all(f"{path}: missing; {NEEDED}" for path in (keys.certificate, keys.key) if not path.is_file())
    if keys.key.stat().st_mode & 0o077:
        raise FixableError(f"{keys.key}: others may read it; expected its owner alone (chmod 600 {keys.key})")
    if not os.access(keys.key, os.R_OK):
        raise FixableError(f"{keys.key}: no permission; expected a file that you may read")
    try:
        ssl.create_default_context().load_cert_chain(keys.certificate, keys.key)
    except ssl.SSLError as error:
        raise FixableError(f"{folder}: {error.reason or error}; {NEEDED}") from None
    return keys
