"""Made hand-ins of the released notebook: each leaves it at another kind of cell, or changes state that matters."""

from collections.abc import Mapping, Sequence

from assignment.course import open_course
from assignment.sheet.official import cell_name
from grader.handins.notebook import parse_notebook
from grader.handins.sharing import list_executed

Cells = list[tuple[str, str]]  # an official cell's name, "" of others; a source
Edit = tuple[str, str, str]  # how a cell begins; what of it is replaced, "" for its end; by what
LIME, SALIENCY, SMOOTHGRAD, FILTERS, GRADIENTS, _, READERS, WORDS = (f"# scratch {n}:" for n in range(1, 9))
COSINE: Edit = ("# TODO for questions 28-30", "    # TODO", "    return a @ b / (a.norm() * b.norm())")
ANSWERED: Edit = ("answers =", '"lime-1": ""', '"lime-1": "ac"')
NEW = "\n###\n"  # parts two cells
EDITS: Mapping[str, Sequence[Edit]] = {
    "answers": (ANSWERED,),
    "scratch": ((LIME, "samples=250, hide=0.5, seed=2", "samples=100, hide=0.2, seed=3"), ANSWERED),
    "todo": (COSINE, ANSWERED),
    "every-scratch": (
        (LIME, "look_at = 6", "look_at = 2"),
        (SALIENCY, 'maps = saliency(inputs, labels, of="logit")', 'maps = saliency(inputs, labels, of="loss")'),
        (SMOOTHGRAD, "sigma=0.02, copies=20", "sigma=0.2, copies=5"),
        (FILTERS, "steps = 100", "steps = 30"),
        (GRADIENTS, 'baseline="black", steps=50', 'baseline="white", steps=10'),
        ("# scratch 6:", "look_at = 0", "look_at = 1"),
        (READERS, "reader = None", 'reader = "reader_b"'),
        COSINE,
        (WORDS, "look_at = 0", "look_at = 1"),
        ANSWERED,
    ),
    "official": (("# official: saliency", "gradient.abs().amax", "gradient.square().amax"),),
    "figure": (("show_signed_maps(", "from black", "FROM BLACK"),),
    "added": (("# official: lime", "", f"{NEW}print(lime_weights.shape)"),),
    "model.train": ((SMOOTHGRAD, "", "\ntorch.manual_seed(3)\nmodel.train()"),),
    "saliency": ((SALIENCY, "", "\ndef saliency(inputs, labels, of='logit'):\n    return inputs.mean(dim=1)"),),
    "random": ((SALIENCY, "", "\nnp.random.seed(3)\ntorch.manual_seed(3)\nprint(np.random.rand(), torch.rand(1))"),),
    "settings": (
        (FILTERS, "", "\nfrom matplotlib import pyplot as plt\nplt.rcParams['font.size'] = 20"),
        (GRADIENTS, "", "\nnp.savez('outputs/saliency.npz', map=np.ones(3))"),
    ),
    "del": ((GRADIENTS, "", "\n%load_ext autoreload\n%autoreload 2\n%matplotlib inline\ndel inputs"),),
}


def list_released() -> Cells:
    """Return the code cells of the released notebook."""
    notebook = parse_notebook(open_course().read_released())
    cells = [notebook.cells[index] for index in list_executed(notebook)]
    return [(cell_name(cell) or "", str(cell.source)) for cell in cells]


def make_handin(released: Cells, edits: Sequence[Edit]) -> Cells:
    """Return the code cells of a hand-in."""
    cells = list(released)
    for begin, old, new in edits:
        (number,) = (number for number, (_, source) in enumerate(cells) if source.startswith(begin))
        name, source = cells[number]
        assert old in source, (begin, old)
        cells[number] = name, source.replace(old, new, 1) if old else source + new
    parts = ((name, source.split(NEW)) for name, source in cells)
    return [(name if n == 0 else "", one) for name, its in parts for n, one in enumerate(its)]
