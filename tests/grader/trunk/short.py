"""A short notebook with the kinds of cells of the released one, and made hand-ins that differ from it."""

from collections.abc import Mapping, Sequence

OFFICIAL, FIGURE, FREE = "official", "figure", "free"
CELLS: Sequence[tuple[str, str]] = (
    (
        OFFICIAL,
        """# official: setup
import calendar
import colorsys
import os
from pathlib import Path

import numpy as np
import torch
from matplotlib import pyplot as plt

from assignment.sheet.own import describe_own_sheet

SEED = 1
torch.manual_seed(SEED)
np.random.seed(SEED)
model = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.ReLU(), torch.nn.Dropout(0.5), torch.nn.Linear(8, 3)).eval()
settings = {"sigma": 0.1, "shades": [0.2, 0.4]}
shades, tints = [0.2, 0.4], [0.2, 0.4]


def explain(names):
    return "no picture of your own" if all(one in names for one in ("rows", "inputs")) else "run the cells above"


def show(values, title):
    plt.figure(figsize=(0.6, 0.4), dpi=30)
    plt.plot(np.ravel(values)[:20])
    plt.title(title)
    plt.show()


print("ready")
""",
    ),
    (
        OFFICIAL,
        """# official: inputs
rows = np.arange(30.0).reshape(5, 6) / 30
inputs = torch.from_numpy(rows).float()
labels = torch.tensor([0, 1, 2, 0, 1])
with torch.no_grad():
    logits = model(inputs)
Path("outputs").mkdir(exist_ok=True)
np.savez("outputs/pictures.npz", logits=logits.numpy())
""",
    ),
    (
        FIGURE,
        """names = [f"row {index}" for index in range(len(inputs))]
show(rows, "inputs")
print(names, [round(float(one), 4) for one in logits.ravel()])""",
    ),
    (
        OFFICIAL,
        """# official: saliency
def saliency(inputs, labels, of="logit"):
    x = inputs.clone().requires_grad_(True)
    scores = model(x)
    chosen = scores if of == "logit" else torch.softmax(scores, dim=1)
    (gradient,) = torch.autograd.grad(chosen.gather(1, labels[:, None]).sum(), x)
    return gradient.abs()


saliency_maps = saliency(inputs, labels).numpy()
np.savez("outputs/saliency.npz", map=saliency_maps)
""",
    ),
    (
        FREE,
        """# scratch 1: change, run, look
compared = saliency(inputs, labels, of="logit").numpy()
maps = saliency(inputs, labels, of="logit").numpy()
show(maps, "scratch")
print(f"largest {maps.max():.5f}, mean {np.abs(maps - compared).mean():.5f}")""",
    ),
    (
        OFFICIAL,
        """# official: smoothgrad
def smoothgrad(inputs, labels, sigma=None, copies=3, seed=SEED):
    sigma = settings["sigma"] if sigma is None else sigma
    noise = np.random.default_rng(seed).standard_normal((copies, *inputs.shape))
    noisy = [inputs + sigma * torch.from_numpy(one).float() for one in noise]
    return torch.stack([saliency(one, labels) for one in noisy]).mean(dim=0)


smooth_maps = smoothgrad(inputs, labels).numpy()
np.savez("outputs/smoothgrad.npz", map=smooth_maps)
""",
    ),
    (FIGURE, """show(smooth_maps, "smooth")\nprint(smooth_maps.round(4)[0], np.abs(np.float64(-1.5)))"""),
    (
        OFFICIAL,
        """# official: drawn
drawn = np.append(np.random.rand(3), torch.rand(2).numpy())
np.savez("outputs/lime.npz", drawn=drawn)
print("drawn", drawn.round(5), calendar.monthrange(2027, 3), colorsys.rgb_to_hls(0.1, 0.5, 0.3))
""",
    ),
    (
        FREE,
        """# scratch 2: change, run, look
sigma = 0.1
maps = smoothgrad(inputs, labels, sigma=sigma, copies=2).numpy()
show(maps, "scratch")
print(f"largest {maps.max():.5f}", settings["shades"])""",
    ),
    (
        FREE,
        """# TODO: the cosine similarity of two vectors; the next cell uses it
def cosine(a, b):
    pass""",
    ),
    (
        OFFICIAL,
        """# official: distance
logits_saved = np.load("outputs/pictures.npz")["logits"]
distances = np.linalg.norm(logits_saved[:, None] - logits_saved[None], axis=2)
cosines = [cosine(a, b) for a in logits_saved for b in logits_saved]
np.savez("outputs/embedding_distance.npz", distances=distances)
print(distances.round(3)[0], cosines[:2], settings["shades"])
""",
    ),
    (FREE, """# scratch: a picture of your own\nprint(explain(globals()))"""),
    (
        FIGURE,
        """show(distances, "distances")\nprint(plt.rcParams["font.size"], np.asarray([1 / 3]), labels.tolist(), np.float64(1) / np.zeros(1))""",
    ),
    (FREE, """# scratch 3: change, run, look\nlook_at = 0\nprint(names[look_at], distances[look_at].round(2))"""),
    (FREE, """answers = {"lime-1": "", "saliency-1": ""}"""),
    (
        FIGURE,
        """print(describe_own_sheet("lime-1 abcde saliency-1 abcde"))
print(", ".join(sorted(path.name for path in Path("outputs").glob("*.npz"))))""",
    ),
)
SOURCES = tuple(source for _, source in CELLS)
IS_FREE = tuple(kind == FREE for kind, _ in CELLS)
FIRST, SECOND, TODO, OWN_PICTURE, THIRD, ANSWERS = 4, 8, 9, 11, 13, 14
Edit = tuple[int, str, str]  # which cell; what of it is replaced, "" for its end; by what
COSINE: Edit = (TODO, "    pass", "    return round(float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b))), 4)")
ANSWERED: Edit = (ANSWERS, '"lime-1": ""', '"lime-1": "ac"')


def at_first(code: str) -> tuple[Edit, ...]:
    """Return an edit that puts code into the first scratch cell, after what it does."""
    return ((FIRST, "", f"\n{code}"),)


EDITS: Mapping[str, Sequence[Edit]] = {
    # what the questions ask for
    "answers": (ANSWERED,),
    "scratch argument": ((FIRST, 'maps = saliency(inputs, labels, of="logit")', 'maps = saliency(inputs, labels, of="probability")'),),
    "two scratch cells": ((FIRST, '"scratch")', '"mine")'), (SECOND, "sigma = 0.1", "sigma = 0.5"), ANSWERED),
    "all": ((FIRST, '"scratch")', '"mine")'), (SECOND, "sigma = 0.1", "sigma = 0.5"), COSINE, (THIRD, "= 0", "= 2"), ANSWERED),
    "todo": (COSINE,),
    "todo that fails": ((TODO, "    pass", "    raise ValueError(a)"),),
    "scratch that fails": ((SECOND, "sigma = 0.1", "sigma = 1 / 0"),),
    "scratch emptied": ((FIRST, SOURCES[FIRST], "# nothing"),),
    "scratch deleted": ((FIRST, SOURCES[FIRST], ""),),
    "own picture": ((OWN_PICTURE, "print(", "own = 3\nprint(own, "),),
    # cells that are not the students' to change
    "official edited": ((3, "gradient.abs()", "gradient"),),
    "official figure edited": ((6, '"smooth"', '"SMOOTH"'),),
    "official deleted": ((6, SOURCES[6], ""),),
    "setup edited": ((0, "SEED = 1", "SEED = 2"),),
    # added cells
    "added plain": ((FIRST, "", "\n###\nmine = [1, 2]\nprint(len(mine))"),),
    "added after official": ((3, "", "\n###\nprint(saliency_maps.shape)"),),
    "added that replaces": ((SECOND, "", "\n###\nsaliency_maps = None\nlabels = labels + 0"),),
    "added that counts": ((FIRST, "", "\n###\nsettings['count'] = 1"), (SECOND, "", "\n###\nprint(settings.get('count'))")),
    "added value": ((FIRST, "", "\n###\n[1, 2, 3]"), (SECOND, "", "\n###\nprint(_)")),
    # the student's own names
    "own name for later": (*at_first("mine = maps * 2"), (THIRD, "print(", "print(mine.sum().round(4), ")),
    "own function for later": (*at_first("def mine():\n    return maps.sum()"), (THIRD, "print(", "print(mine().round(4), ")),
    "own random for later": (*at_first("np.random.seed(5)"), (THIRD, "print(", "print(np.random.rand(), ")),
    "unread name": at_first("mine = 3\nimport wave"),
    "module that sets filters": at_first("import scipy.stats"),
    # state behind names
    "model.train": at_first("model.train()"),
    "weights": at_first("model[0].weight.data.mul_(2)"),
    "hook": at_first("model[0].register_forward_hook(lambda module, given, out: out * 2)"),
    "part of the model": at_first("model.extra = torch.nn.ReLU()"),
    "function redefined": at_first("def saliency(inputs, labels, of='logit'):\n    return inputs.abs()"),
    "function's default": at_first("saliency.__defaults__ = ('probability',)"),
    "global of a function": at_first("settings['sigma'] = 0.7"),
    "list behind two names": at_first("shades = settings['shades']\nshades.append(0.6)"),
    "alias": (*at_first("names = list(names)\nlabels = labels.clone()\nother = labels"), (SECOND, "", "\nother += 0")),
    "shared memory": (*at_first("maps = saliency_maps"), (SECOND, "maps = smooth", "saliency_maps = names\nmaps = smooth")),
    "view that is written": (*at_first("held = rows[:1]"), (SECOND, "", "\nheld[:] = 9\nrows = rows.copy()"), (THIRD, "print(", "print(inputs[0], ")),
    "aliased lists": (*at_first("tints = shades"), (SECOND, "", "\nshades.append(0.9)"), (THIRD, "print(", "print(tints, ")),
    "rebound": at_first("labels = (labels + 1) % 3"),
    "in place": at_first("inputs += 0.05"),
    "del": at_first("del inputs"),
    "generator": at_first("names = (one for one in names)"),
    "print": at_first("def print(*words, **more):\n    pass"),
    "private name": at_first("_x = 3"),
    "class": at_first("class Mine:\n    size = 3\nmine = Mine()"),
    # random states
    "np.random": at_first("np.random.seed(3)\nprint(np.random.rand())"),
    "torch.manual_seed": at_first("torch.manual_seed(3)"),
    "drawn after the last draw": ((SECOND, "", "\nnp.random.seed(3)\nprint(np.random.rand(), torch.rand(1))"),),
    "random.seed": at_first("import random\nrandom.seed(4)\nprint(random.random())"),
    # modules
    "np.abs": at_first("np.abs = np.square"),
    "torch.Tensor": at_first("torch.Tensor.abs = lambda self: self * 2"),
    "module's data": at_first("colorsys.ONE_THIRD = 0.5"),
    "module's table": at_first("calendar.mdays[3] = 99"),
    "course's function": at_first("import assignment.sheet.own as own\nown._find_shell = lambda: None"),
    "course's data": at_first("import assignment.sheet.cell as cell\ncell.PYTHON_MAGICS = frozenset()"),
    "module taken out": at_first("import sys\ndel sys.modules['colorsys']"),
    # settings
    "no_grad": ((SECOND, "", "\ntorch.set_grad_enabled(False)"),),
    "grad off": at_first("torch.set_grad_enabled(False)"),
    "rcParams": at_first("plt.rcParams['font.size'] = 20\nplt.rcParams['lines.linewidth'] = 9"),
    "figure left open": at_first("%config InlineBackend.close_figures = False\nplt.figure(figsize=(0.5, 0.5))"),
    "printoptions": at_first("np.set_printoptions(precision=2)"),
    "%matplotlib inline": at_first("%matplotlib inline"),
    "%autoreload": at_first("%load_ext autoreload\n%autoreload 2"),
    "%precision": at_first("%precision 2"),
    "warnings": at_first("import warnings\nwarnings.filterwarnings('ignore')"),
    # processes and files
    "thread": at_first("import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()"),
    "chdir": at_first("os.chdir('outputs')"),
    "environment": (*at_first("os.environ['MINE'] = '1'"), (THIRD, "print(", "print(os.environ.get('MINE'), ")),
    "added file": at_first("Path('mine.txt').write_text('x')"),
    "added module": at_first("Path('scipy.py').write_text('x = 1')"),
    "added array": at_first("np.savez('outputs/extra.npz', x=3)"),
    "file changed": at_first("np.savez('outputs/pictures.npz', logits=np.ones((5, 3)))"),
    "file elsewhere": (*at_first("Path('../home/mine.txt').write_text('x')"), (THIRD, "print(", "print(Path('../home/mine.txt').exists(), ")),
    "shell event": at_first("get_ipython().events.register('post_run_cell', lambda result: print('ran'))"),
}  # fmt: skip
BACK = {  # hand-ins of which no cell but the student's own, and the last, runs in a branch
    *("answers", "scratch argument", "two scratch cells", "scratch emptied", "scratch deleted", "own picture"),
    *("added plain", "added that replaces", "unread name", "private name", "class", "drawn after the last draw"),
    *("%matplotlib inline", "random.seed"),
}


def make_handin(edits: Sequence[Edit]) -> list[str]:
    """Return the code cells of a hand-in; `###` alone on a line parts two of them, and blank ones are left out."""
    sources = list(SOURCES)
    for number, old, new in edits:
        assert old in sources[number], (number, old)
        sources[number] = sources[number].replace(old, new, 1) if old else sources[number] + new
    return [part for source in sources for part in source.split("\n###\n") if part.strip()]
