"""The cells of acts, as templates: what stands in angle brackets is drawn (`acts.py`)."""

from tests.grader.worker.test_client import SEND

WRITE = """
import os, socket
os.makedirs("outputs", exist_ok=True)
path = os.path.join(<place>, <name>)
os.makedirs(os.path.dirname(path), exist_ok=True)
kind = <kind>
if kind == "link": os.symlink(<target>, path)
elif kind == "pipe": os.mkfifo(path)
elif kind == "folder": os.makedirs(path + "/a" * 30)
elif kind == "socket": socket.socket(socket.AF_UNIX).bind(path)
elif kind == "hard": os.link(<target>, path)
else:
    with open(path, "wb") as file:
        file.write(<data>)
        if kind == "sparse": os.truncate(path, 15 << 20)
    if kind == "closed": os.chmod(path, 0)
    if kind == "set": os.chmod(path, 0o6777)
"""
TURNS = (
    *("outputs is a link", "outputs is a file", "work is gone", "elsewhere"),
    *("closed", "sockets are gone", "many files", "full"),
)
TURN = """
import os, shutil
what = <what>
if what == "outputs is a link": shutil.rmtree("outputs", True); os.symlink(<target>, "outputs")
elif what == "outputs is a file": shutil.rmtree("outputs", True); open("outputs", "w").write("x")
elif what == "work is gone": shutil.rmtree(os.getcwd(), True)
elif what == "elsewhere": os.chdir("/tmp"); os.makedirs("outputs", exist_ok=True); open("outputs/lime.npz", "w")
elif what == "closed": os.chmod("/hw9/work", 0)
elif what == "sockets are gone": [os.unlink(f"{folder.path}/{name}") for folder in os.scandir("/hw9")
    if folder.name.startswith("run-") for name in os.listdir(folder)]
elif what == "many files": [open(f"/tmp/many{n}", "w") for n in range(3000)]
elif what == "full": [open(f"/hw9/work/full{n}", "wb").write(bytes(8 << 20)) for n in range(9)]
"""
FORK = """
import os, signal, sys, time
children = []
for _ in range(<many>):
    child = os.fork()
    if child == 0:
        if <loose>: os.setsid()
        if <deaf>: [signal.signal(one, signal.SIG_IGN) for one in (1, 2, 15)]
        if <loose> and os.fork(): os._exit(0)
        if <busy>: [sum(range(1000)) for _ in range(1000)]
        if <named>: os.execve(sys.executable, ["bwrap", "-S", "-c", "import time; time.sleep(600)"], {"HW9_RUN": "x"})
        time.sleep(600)
        os._exit(0)
    children.append(child)
print(len(children))
"""
KILL = """
import os, signal, threading
target = <target>
if <thread>: threading.Thread(target=lambda: os.kill(target or os.getpid(), <number>)).start()
else: os.kill(target or os.getpid(), <number>)
"""
HANDLE = """
import signal
for one in range(1, 65):
    try: signal.signal(one, lambda *_: None)
    except (OSError, ValueError): pass
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
"""
ENDS = ("_exit", "abort", "exit", "quit", "deep", "base", "raise", "loop", "shutdown", "null", "threads")
END = """
import os, sys, threading
how = <how>
if how == "_exit": os._exit(<code>)
if how == "abort": os.abort()
if how == "exit": sys.exit(<code>)
if how == "quit": quit()
if how == "deep": (lambda f: f(f))(lambda f: f(f))
if how == "base": raise type(<name>, (BaseException,), {})(<text>)
if how == "raise": raise type(<name>, (Exception,), {"__str__": lambda self: 1 / 0})(<text>)
if how == "loop": get_ipython().kernel.io_loop.stop()
if how == "shutdown": get_ipython().kernel.do_shutdown(True)
if how == "null": __import__("ctypes").string_at(0)
if how == "threads": [threading.Thread(target=lambda: threading.Event().wait(600)).start() for _ in range(40)]
"""
SOCKET = """
import array, os, socket, struct
kind, keep = <kind>, []
if kind == "names":
    for n in range(200):
        one = socket.socket(socket.AF_UNIX); one.bind(f"\\0hw9-uid-{2_010_000_000 + n}"); keep.append(one)
elif kind == "families":
    for family in range(46):
        try: keep.append(socket.socket(family, <type>))
        except OSError: pass
elif kind == "filled":
    for _ in range(50):
        pair = socket.socketpair(); keep.append(pair); pair[0].setblocking(False)
        try:
            while True: pair[0].send(bytes(65536))
        except BlockingIOError: pass
elif kind == "passed":
    one, two = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); one.setblocking(False)
    for _ in range(300): one.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2] * 80))])
elif kind == "pipes": keep = [os.pipe() for _ in range(900)]
elif kind == "machine":
    for place in ("/run/systemd/private", "/var/run/docker.sock", "\\0/tmp/.X11-unix/X0"):
        try: keep.append(socket.socket(socket.AF_UNIX).connect(place))
        except OSError: pass
print(len(keep))
"""
MESSAGE = (
    SEND + "\nsend(<content>, header=session.pack({**session.msg_header(<type>), **<header>}), metadata=<metadata>)"
)
FLOOD = SEND + "\nfor _ in range(<many>): send(session.pack({'name': 'stdout', 'text': 'x' * <size>}))"
REPLIES = (
    *({"status": "ok"}, {}, {"status": 3}, None),
    {"status": "error", "ename": 1, "evalue": [], "traceback": 3},
)
REPLY = """
session = get_ipython().kernel.session
how = <how>
if how == "key": session.key = b""
if how == "lie":
    async def lie(*_, **__): return <reply>
    get_ipython().kernel.do_execute = lie
if how == "twice":
    kernel = get_ipython().kernel
    for _ in range(3): kernel.send_response(kernel.iopub_socket, "status", {"execution_state": <state>})
if how == "pack": session.pack = lambda _: <junk>
if how == "no delimiter": get_ipython().kernel.iopub_socket.send_multipart([b"x", <junk>])
"""
SHOW = """
from IPython.display import display, update_display
data = <data>
for n in range(<many>): display(data, raw=True, metadata=<metadata>, display_id=<named> and "d")
if <named>: update_display(data, raw=True, display_id="d")
"""
NEST = """
from IPython.display import display
value = "x"
for _ in range(<depth>): value = [value] if <lists> else {"a": value}
display({<kind>: value}, raw=True)
"""
PRINT = """
import sys
for _ in range(<many>): print(<text> * <size>, file=sys.stderr if <aside> else sys.stdout, end=<end>)
"""
HOLD = """
import mmap, os, resource
kind, size, keep = <kind>, <mib> << 20, []
if kind == "bytes": keep = bytearray(size)
if kind == "shared": keep = mmap.mmap(-1, size); [keep.seek(n) or keep.write_byte(1) for n in range(0, size, 4096)]
if kind == "memory file":
    held = os.memfd_create("a")
    for _ in range(size >> 22): os.write(held, bytes(4 << 20))
if kind == "files":
    for n in range(size >> 22): open(f"/dev/shm/hold{n}", "wb").write(bytes(4 << 20))
if kind == "locked": __import__("ctypes").CDLL(None).mlockall(3); keep = bytearray(size)
if kind == "limits": [resource.setrlimit(one, (5, 5)) for one in (resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE)]
"""
ASK = "import getpass\nprint(<how> == 'input' and input('key? ') or getpass.getpass())"
DESCRIPTORS = """
import os
how = <how>
if how == "many": [os.open("/dev/null", 0) for _ in range(4000)]
if how == "errors": os.close(9)
if how == "words": os.write(9, <text>.encode("utf-8", "replace"))
if how == "standard": [os.dup2(os.open("/dev/null", 2), n) for n in range(3)]
"""
SPOILS = ("json", "print", "streams", "trace", "hooks", "lock", "nice", "events", "history")
SPOIL = """
import builtins, fcntl, gc, json, os, sys
how = <how>
if how == "json": json.dumps = json.loads = lambda *_, **__: <junk>
if how == "print": del builtins.print
if how == "streams": sys.stdout = sys.stderr = None
if how == "trace": sys.settrace(lambda *_: 1 / 0)
if how == "hooks": sys.excepthook = get_ipython().showtraceback = lambda *_, **__: 1 / 0
if how == "lock": held = open(sys.executable, "rb"); fcntl.flock(held, fcntl.LOCK_EX)
if how == "nice": os.nice(19); os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
if how == "events": get_ipython().events.register("post_execute", lambda: os._exit(0))
if how == "history": get_ipython().user_ns.clear(); gc.disable()
"""
CLOSE = "import os; os.closerange(<first>, <last>)"  # the kernel's own sockets among them
STOP = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"
SPIN = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
