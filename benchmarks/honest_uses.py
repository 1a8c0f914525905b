"""What honest notebooks do beyond the released one that a filter of system calls could break, and what each prints."""

from typing import NamedTuple


class Use(NamedTuple):
    """One cell, and what it must print, in any order, among other words."""

    source: str
    prints: tuple[str, ...]


HONEST_USES: dict[str, Use] = {
    "children that print": Use(
        """
import multiprocessing, os, time
child = os.fork()
if child == 0:
    print("a forked child says hello", flush=True)
    os._exit(0)
os.waitpid(child, 0)
process = multiprocessing.Process(target=print, args=("a process says hello",))
process.start()
process.join()
time.sleep(0.5)  # what it said is still on its way
print("exit code", process.exitcode)
""",
        ("a forked child says hello", "a process says hello", "exit code 0"),
    ),
    "a pool, a manager and a queue": Use(
        """
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
with ProcessPoolExecutor(2) as pool:
    print("processes", sum(pool.map(abs, [-1, -2, -3])))
for how in ("spawn", "forkserver"):
    with multiprocessing.get_context(how).Pool(1) as pool:
        print(how, pool.map(abs, [-4]))
with ThreadPoolExecutor(3) as pool:
    print("threads", sum(pool.map(abs, [-1, -2, -3])))
with multiprocessing.Manager() as manager:
    shared = manager.dict()
    shared["a"] = 7
    print("shared", dict(shared))
""",
        ("processes 6", "spawn [4]", "forkserver [4]", "threads 6", "shared {'a': 7}"),
    ),
    "asyncio": Use(
        """
import asyncio, threading
await asyncio.sleep(0.01)
own = threading.Thread(target=lambda: print("own loop", asyncio.run(asyncio.sleep(0.01, 5))))
own.start()
own.join()
echo = await asyncio.create_subprocess_exec("echo", "from asyncio", stdout=asyncio.subprocess.PIPE)
print((await echo.communicate())[0].decode())
""",
        ("own loop 5", "from asyncio"),
    ),
    "shell and subprocess": Use(
        """
import subprocess
!cd /tmp && echo from the shell at $(pwd)
%cd -q ..
%cd -q work
print(subprocess.run(["cat", "/etc/passwd"], capture_output=True, text=True).stdout)
""",
        ("from the shell at /tmp", "student"),
    ),
    "files": Use(
        """
import fcntl, os, pathlib, shutil, sqlite3, tempfile
with tempfile.TemporaryDirectory() as folder:
    place = pathlib.Path(folder)
    (place / "a").write_text("one")
    shutil.copy2(place / "a", place / "b")
    shutil.copytree(place, "tree")
    os.link(place / "a", place / "c")
    os.replace(place / "c", place / "d")
    with open(place / "d") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
    print("files", sorted(one.name for one in place.iterdir()))
    archive = shutil.make_archive("packed", "zip", folder)
    print("packed", os.path.getsize(archive) > 0)
with sqlite3.connect("file:notes.db?vfs=unix-dotfile", uri=True) as notes:
    notes.execute("create table one (a)")
    notes.execute("insert into one values (4)")
    print("database", notes.execute("select a from one").fetchall())
""",
        ("files ['a', 'b', 'd']", "packed True", "database [(4,)]"),
    ),
    "who and where": Use(
        """
import getpass, platform, signal, socket, time, uuid
print("names", getpass.getuser(), platform.node(), len(str(uuid.uuid1())))
signal.signal(signal.SIGALRM, lambda *_: print("the alarm rang"))
signal.setitimer(signal.ITIMER_REAL, 0.05)
time.sleep(0.2)
one, two = socket.socketpair()
one.send(b"by a pair")
print(two.recv(20).decode())
try:
    socket.create_connection(("example.org", 80), timeout=1)
except OSError:
    print("no network")
""",
        ("names student hw9 36", "the alarm rang", "by a pair", "no network"),
    ),
    "widgets and figures": Use(
        """
import io
import ipywidgets, matplotlib.pyplot as plt
slider, out = ipywidgets.IntSlider(3), ipywidgets.Output()
with out:
    print("inside a widget")
display(slider, out)
figure = plt.figure()
plt.plot([1, 2, 3])
file = io.BytesIO()
figure.savefig(file, format="pdf")
plt.show()
print("slider", slider.value, "figure", len(file.getvalue()) > 1000)
""",
        ("slider 3 figure True",),
    ),
    "torch": Use(
        """
import torch
from torch.utils.data import DataLoader, TensorDataset
torch.set_num_threads(4)
print("product", float((torch.ones(500, 500) @ torch.ones(500, 500)).sum()))
pictures = TensorDataset(torch.arange(100))
print("loaded", sum(len(batch[0]) for batch in DataLoader(pictures, batch_size=10, num_workers=2)))
def give(queue):
    queue.put(torch.ones(3))
    time.sleep(0.5)  # until it was taken
queue = torch.multiprocessing.Queue()
giver = torch.multiprocessing.Process(target=give, args=(queue,))
giver.start()
print("shared", queue.get().sum().item())
giver.join()
torch.save({"a": torch.ones(2)}, "saved.pt")
print("saved", torch.load("saved.pt", mmap=True)["a"].sum().item())
""",
        ("product 125000000.0", "loaded 100", "shared 3.0", "saved 2.0"),
    ),
    "transformers": Use(
        """
from transformers import BertConfig, BertModel
small = BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, vocab_size=20)
BertModel(small).save_pretrained("bert")
again = BertModel.from_pretrained("bert")
print("bert", tuple(again(torch.ones(1, 3, dtype=torch.long)).last_hidden_state.shape))
""",
        ("bert (1, 3, 8)",),
    ),
}
