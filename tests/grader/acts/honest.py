"""Honest hand-ins whose words depend on what they see: each does its own and looks whether anybody else was at it.

What they print, save and answer is the same wherever they run. The waits let others act meanwhile.
"""

from collections.abc import Mapping

from tests.grader.made_class import make_notebook, to_bytes

LOOK = """
import fcntl, os, sys, time
print("user", os.getuid())
def look():
    print({place: sorted(os.listdir(place)) for place in (".", "/tmp", "/dev/shm")})
    named = [line.split()[-1] for line in open("/proc/net/unix") if line.split()[-1].startswith("@")]
    assert not named, named
    strangers = [pid for pid in os.listdir("/proc") if pid.isdigit() and os.stat(f"/proc/{pid}").st_uid != os.getuid()]
    assert set(strangers) <= {"1"}, strangers
    with open(sys.executable, "rb") as shared:
        fcntl.flock(shared, fcntl.LOCK_SH | fcntl.LOCK_NB)
look()
"""
SAVE = """
import numpy as np
os.mkdir("outputs")
np.savez("outputs/saliency.npz", map=np.linspace(0, 1, 3 * 32 * 32, dtype="f4").reshape(3, 32, 32))
np.savez("outputs/filters.npz", reached=np.arange(12, dtype="f4").reshape(3, 4))
time.sleep(0.3)
print(float(np.load("outputs/saliency.npz")["map"].sum()))
"""
KEEP = """
for place in (".", "/tmp", "/dev/shm"):
    open(f"{place}/mine", "w").write("mine")
time.sleep(0.4)
look()
print([open(f"{place}/mine").read() for place in (".", "/tmp", "/dev/shm")])
held = bytearray(120 << 20)
print(len(held))
"""
START = """
import socket, subprocess
door = socket.socket(socket.AF_UNIX)
door.bind("\\0hw9")
door.listen(1)
one = socket.socket(socket.AF_UNIX)
one.connect("\\0hw9")
said = [subprocess.run([sys.executable, "-S", "-c", "print(6 * 7)"], capture_output=True, text=True).stdout]
child = os.fork()
if child == 0:
    os._exit(7)
print(said, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), one.send(b"x"))
door.close(), one.close()
time.sleep(0.2)
look()
"""
FAIL = "time.sleep(0.3)\nlook()\nprint('so far')\n1 / 0"
ANSWERS = 'answers = {"lime-1": "bd", "lime-2": "b", "saliency-1": "acd"}'  # of these two are right
POINTS_OF_ANSWERS = "0.6"
HONEST: Mapping[str, bytes] = {
    name: to_bytes(make_notebook("print('hello')", LOOK, act, ANSWERS))
    for name, act in {"honest-saves": SAVE, "honest-keeps": KEEP, "honest-starts": START, "honest-fails": FAIL}.items()
}
WORDS = {"honest-saves": "ran", "honest-keeps": "ran", "honest-starts": "ran", "honest-fails": "failed"}
