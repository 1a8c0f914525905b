"""Time the analyses on classifiers that are not the homework's, against captum and lime on the same frozen models.

One process, float32, random weights, side 128; the variants of a contest take turns and each keeps its best round.
Writes `benchmarks/results/networks.md`.

    python -m benchmarks.networks                       everything (about 3 minutes on two cores)
    python -m benchmarks.networks --seconds 2 --network resnet18
"""

import argparse
import copy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn

from assignment.models.network import Network
from benchmarks.machine import describe_machine
from benchmarks.reference.__main__ import ContestResult, measure
from benchmarks.reference.rivals import CONTESTS
from benchmarks.reference.stage import Stage, set_stage

RESULT = Path(__file__).parent / "results" / "networks.md"
NETWORKS = ("resnet18", "vgg16", "efficientnet_b0", "vit")
ANALYSES = ("saliency", "smoothgrad", "integrated_gradients", "lime")
LABELS, SIDE = 11, 128
PAGE_HEAD = """# Other classifiers than the homework's

Made by `python -m benchmarks.networks` on {machine}, with {threads} threads. Ours and the rivals explain the same
frozen model in float32, of random weights. *ms*: the best of several rounds, in which the variants take turns.
*Tuned*: the rival with a channels-last copy; for LIME, a model function without gradients. There is no folding here:
what is aimed at is to be no slower.

| network | analysis | ours, ms | best rival, ms | times faster | best tuned rival, ms | times faster |
|---|---|---|---|---|---|---|
"""


def set_network_stage(name: str) -> Stage:
    """Return a network of random weights in the places of the homework's classifier; `folded` is the network itself."""
    from torchvision import models  # after `assignment`, which lets it stand beside a CPU torch
    from transformers import ViTConfig, ViTForImageClassification

    torch.manual_seed(0)
    if name == "vit":
        size = {"hidden_size": 192, "num_hidden_layers": 6, "num_attention_heads": 3, "intermediate_size": 768}
        body: nn.Module = ViTForImageClassification(ViTConfig(image_size=SIDE, num_labels=LABELS, **size))
    else:
        body = models.get_model(name, weights=None, num_classes=LABELS)
    network = Network(body, labels=LABELS, side=SIDE, mean=(0.5,) * 3, std=(0.25,) * 3).float().eval()
    network.requires_grad_(False)
    wide = copy.deepcopy(network).to(memory_format=torch.channels_last)
    mini = set_stage(16)
    return Stage(SIDE, network, wide, network, copy.deepcopy(network).double(), mini.picture, mini.label)


def run(names: list[str], threads: int, seconds: float) -> Iterator[tuple[str, ContestResult]]:
    """Yield the outcome of each contest on each network."""
    for name in names:
        stage = set_network_stage(name)
        for contest in (contest for analysis in ANALYSES for contest in CONTESTS[analysis](stage)):
            yield name, measure(contest, np.asarray(contest.exact()), threads, seconds)


def write_row(name: str, outcome: ContestResult) -> str:
    """Return one line of the table."""
    ours = outcome.find_best("ours").seconds
    cells = [name, outcome.contest.name, f"{ours * 1e3:.0f}"]
    for kind in ("rival", "tuned"):
        best = outcome.find_best(kind)
        cells += [f"{best.seconds * 1e3:.0f} ({best.variant.name})", f"{best.seconds / ours:.2f}"]
    return f"| {' | '.join(cells)} |\n"


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8, help="for each contest, at least two rounds")
    parser.add_argument("--network", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    page = PAGE_HEAD.format(machine=describe_machine(), threads=options.threads)
    for outcome in run(options.network, options.threads, options.seconds):
        page += (row := write_row(*outcome))
        print(row, end="", flush=True)
    options.out.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
