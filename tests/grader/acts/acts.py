"""A grammar of acts: what a notebook may try against its grader and its classmates, drawn by chance.

An act is a cell. All are over within milliseconds, but for the few that wait for a limit (LONG), which are drawn
seldom. None of them is to change anything of anybody else's.
"""

import json
import re
import signal
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.foreign.kernel import CONTENTS
from tests.foreign.mutate import VALUES, change_values
from tests.grader.acts import cells

NAMES = (
    *("x", "mine", "a.html", "-rf", "=cmd|calc.csv", "a\nb", "\u202egnp.exe", "\x1b]0;p\x07.npz", "x" * 250, "a/b/c"),
    *("lime.npz", "saliency.npz", "filters.npz", "LIME.npz", ".lime.npz", "conftest.py", "handin.ipynb", "result.json"),
)
PLACES = (
    *("outputs", ".", "..", "/tmp", "/dev/shm", "/hw9/home", "/hw9", "/hw9/beside", "/hw9/packages/assignment", "/"),
    *(
        "/etc",
        "/usr/lib",
        "/var/tmp",
        "/run",
        "/dev",
        "/sys/fs/cgroup",
        "/proc/1",
        "/proc/self/fd",
        "/hw9/home/ipython",
    ),
)
TARGETS = ("/etc/passwd", "/proc/1/environ", "/proc/self/mem", "/dev/zero", "..", "/", "outputs", "/hw9/packages")
UNHEARD = ("SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGCHLD")  # the first four stop it, the last does nothing
SIGNALS = [one.value for one in signal.Signals if one.name not in UNHEARD]

TEXT = st.sampled_from(
    ("x", "\x1b[2J", "\u202e", "\ud800", "王", "\0", "<script>", "\r", "E" * 70_000, "\x1b]0;pwn\x07")
)
JUNK = st.sampled_from((b"", b"{}", b"[", b"\xff", b"7", b"null", b"[" * 200_000, 7, None, "x"))
KINDS = ("text/plain", "text/html", "image/png", "application/javascript", "image/svg+xml", "a b", "", "text/latex")
BUNDLES = st.dictionaries(st.sampled_from(KINDS), VALUES | TEXT, max_size=3)
SAID = st.sampled_from(CONTENTS).flatmap(
    lambda one: st.tuples(st.just(one[0]), st.just(one[1]) | change_values([one[1]]))
)


def choose(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def fill(template: str, **drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
    """Draw a cell: the template with what is drawn in its places, as Python writes it."""
    assert set(re.findall(r"<(\w+)>", template)) == set(drawn)

    def write(values: Mapping[str, Any]) -> str:
        source = template
        for name, value in values.items():
            source = source.replace(f"<{name}>", repr(value))
        return source

    return st.fixed_dictionaries(drawn).map(write)


ACTS: Mapping[str, st.SearchStrategy[str]] = {
    "write": fill(
        cells.WRITE,
        place=choose(*PLACES),
        name=choose(*NAMES),
        target=choose(*TARGETS),
        data=st.binary(max_size=20),
        kind=choose("file", "file", "link", "pipe", "folder", "socket", "hard", "sparse", "closed", "set"),
    ),
    "turn": fill(cells.TURN, target=choose(*TARGETS), what=choose(*cells.TURNS)),
    "fork": fill(
        cells.FORK, many=choose(1, 5, 30, 70), **dict.fromkeys(("loose", "deaf", "busy", "named"), st.booleans())
    ),
    "kill": fill(cells.KILL, target=choose(0, 0, 1, 2, -1), number=choose(*SIGNALS), thread=st.booleans()),
    "handle": st.just(cells.HANDLE),
    "end": fill(
        cells.END,
        code=choose(0, 1, 137, "x"),
        name=choose("E", "\x1b[2J", "MemoryError"),
        text=TEXT,
        how=choose(*cells.ENDS),
    ),
    "socket": fill(
        cells.SOCKET, kind=choose("names", "families", "filled", "passed", "pipes", "machine"), type=choose(1, 2, 3, 5)
    ),
    "message": SAID.flatmap(
        lambda said: fill(
            cells.MESSAGE,
            content=st.just(json.dumps(said[1]).encode()),
            type=st.just(said[0]),
            header=st.just({}) | VALUES.map(lambda its: {"msg_id": its}),
            metadata=choose(b"{}", b"{}", b"[]", b"[" * 9000),
        )
    ),
    "flood": fill(cells.FLOOD, many=choose(1, 50, 500), size=choose(1, 10_000, 5_000_000)),
    "reply": fill(
        cells.REPLY,
        how=choose("key", "lie", "twice", "pack", "no delimiter"),
        junk=JUNK,
        state=choose("idle", "busy", "x", 3),
        reply=choose(*cells.REPLIES),
    ),
    "show": fill(cells.SHOW, data=BUNDLES, metadata=st.just({}) | VALUES, many=choose(1, 3, 300), named=st.booleans()),
    "nest": fill(
        cells.NEST, depth=choose(10, 900, 100_000), lists=st.booleans(), kind=choose("text/plain", "application/json")
    ),
    "print": fill(
        cells.PRINT,
        many=choose(1, 5, 2000),
        text=TEXT,
        size=choose(1, 100, 30_000),
        aside=st.booleans(),
        end=choose("", "\n"),
    ),
    "hold": fill(
        cells.HOLD,
        kind=choose("bytes", "shared", "memory file", "files", "locked", "limits"),
        mib=choose(8, 100, 700, 1 << 14),
    ),
    "ask": fill(cells.ASK, how=choose("input", "getpass")),
    "descriptors": fill(cells.DESCRIPTORS, how=choose("many", "errors", "words", "standard"), text=TEXT),
    "spoil": fill(cells.SPOIL, junk=JUNK, how=choose(*cells.SPOILS)),
}
LONG: Mapping[str, st.SearchStrategy[str]] = {  # they wait for the limit of a cell
    "close": fill(cells.CLOSE, first=choose(3, 10, 20), last=choose(30, 99)),
    "stop": st.just(cells.STOP),
    "spin": st.just(cells.SPIN),
}
