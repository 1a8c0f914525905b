"""A course unlike the embedded one: pictures wider than high, layers with names, and experiments of its own."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
import yaml
from torch import nn

from assignment.analyses import Analyses
from assignment.course import open_course
from assignment.models.network import Network
from reference.produce.bench import Bench
from reference.produce.parts import Store

ANALYSES = """
lime:
  pieces: 12
  official: {samples: 30, hide: 0.2}
  experiments: {late: {seed: next}, tiny: {samples: 9}, tiny_late: {samples: 9, seed: next}, pale: {hide: 0.9}}
saliency:
  official: {label: 3, of: logit}
  experiments: {rival: {label: runner_up}, cost: {of: loss}}
smoothgrad:
  official: {label: truth, sigma: 0.1, copies: 4}
  experiments:
    pair: {copies: 2}
    late: {seed: next}
    bare: {sigma: 0}
    balance: {average: signed}
    third: {label: 3, sigma: 0.3, copies: 3}
  kept_sigmas: [0.1, 0.3, 0.7]
filters:
  shallow: {layer: "0", filters: [0, 2]}
  middle: {layer: "2", filters: [1, 5]}
  deep: {layer: "4", filters: [3, 0]}
  official: {start: 1, steps: 3}
  experiments: {haze: {start: noise}, haze_late: {start: noise, seed: next}, longer: {steps: 5}}
  noises: 5
  shown: [0]
integrated_gradients:
  official: {label: truth, baseline: sand, steps: 4}
  experiments:
    own_mean: {baseline: mean}
    from_other: {baseline: other}
    from_file: {baseline: painted}
    haze: {baseline: noise, steps: 3}
    unscaled: {multiply: false}
  baselines: {sand: {color: [0.9, 0.8, 0.6]}, other: {picture: 2}, painted: {file: start.png}}
  rises: [sand, black, noise]
  gaps: [4, 2]
"""
PICTURES, HEIGHT, WIDTH = 3, 16, 24


def make_settings(text: str = ANALYSES) -> Any:
    """Return the embedded course's settings with other analyses and regions."""
    analyses = Analyses.model_validate(yaml.safe_load(text))
    regions = {"cup": open_course().assignment.title}
    return open_course().assignment.model_copy(update={"analyses": analyses, "regions": regions})


def make_bench(
    text: str = ANALYSES,
    *,
    store: Store | None = None,
    turned: int | None = None,
    file: tuple[int, int] = (HEIGHT, WIDTH),
) -> Bench:
    """Return a bench of the course; `turned` is a picture that is turned upside down, `file` the size of start.png."""
    random = np.random.default_rng(4)
    pictures = random.integers(0, 256, (PICTURES, HEIGHT, WIDTH, 3), dtype=np.uint8)
    if turned is not None:
        pictures[turned] = pictures[turned, ::-1]
    profile: Any = SimpleNamespace(
        pictures=pictures,
        masks=random.integers(0, 2, pictures.shape[:3], dtype=np.uint8),
        labels=np.array([1, 0, 4]),
        folder=Path("other"),
        read_image=lambda path: np.random.default_rng(9).integers(0, 256, (*file, 3), dtype=np.uint8),
    )
    bench = Bench(profile, make_settings(text), torch.device("cpu"), store=store, batch=2)
    vars(bench)["model"] = make_network()
    return bench


def make_network() -> Network:
    """Return a network of three convolutions that takes any height and width, its labels 0 to 4."""
    torch.manual_seed(1)
    body = nn.Sequential(
        *(nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 6, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(6, 6, 3, padding=1), nn.SiLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(24, 5)),
    )
    return Network(body, labels=5, side=HEIGHT).double().eval().requires_grad_(False)
