"""Mistakes in integrated gradients."""

from functools import partial

from questions.proof.mutant import make_mutant
from questions.proof.rerun import Edit

_INTEGRATED = "reference/integrated_gradients.py"
_MADE = "reference/produce/integrated_gradients.py"
_mutant = partial(make_mutant, "integrated_gradients")

INTEGRATED_GRADIENTS_MUTANTS = (
    _mutant(
        "left-ends",
        "the gradients are taken at the left ends of the steps, as in 2021",
        Edit(_INTEGRATED, "dtype=torch.float64) + 0.5) / steps", "dtype=torch.float64) + 0.0) / steps"),
    ),
    _mutant(
        "without-the-factor",
        "never multiplied by (x - baseline), as in 2021",
        Edit(_INTEGRATED, "attribution = (pictures - baseline) * mean", "attribution = mean"),
    ),
    _mutant(
        "turned-round",
        "(baseline - x) in place of (x - baseline)",
        Edit(_INTEGRATED, "attribution = (pictures - baseline) * mean", "attribution = (baseline - pictures) * mean"),
    ),
    _mutant(
        "no-path",
        "the gradient is taken at the picture alone",
        Edit(
            _INTEGRATED,
            "points = start + part[:, None, None, None] * way",
            "points = start + torch.ones_like(part)[:, None, None, None] * way",
        ),
    ),
    _mutant(
        "summed",
        "the steps' gradients are added up and not divided by their number",
        Edit(_INTEGRATED, "return total / len(shares)", "return total"),
    ),
    _mutant(
        "of-the-probability",
        "the gradient of the probability in place of the logit's",
        Edit(
            _INTEGRATED,
            "input_gradient(model, points, label.expand(len(part)))",
            'input_gradient(model, points, label.expand(len(part)), of="probability")',
        ),
    ),
    _mutant(
        "white-is-black",
        "black and white are exchanged",
        Edit(_INTEGRATED, 'float(kind == "white")', 'float(kind == "black")'),
    ),
    _mutant(
        "wrong-label",
        "the strongest wrong label in place of the true one",
        Edit(
            _MADE,
            "return Way(label, baseline,",
            'return Way("runner_up" if baseline == its.official.baseline else label, baseline,',
        ),
    ),
    _mutant(
        "sizes-only",
        "the sizes of the channels are added up, and signs are lost",
        Edit(_MADE, "return to_array(attribution.sum(dim=1))", "return to_array(attribution.abs().sum(dim=1))"),
    ),
    _mutant(
        "black-for-every-baseline",
        "the baseline is forgotten: every way starts from black",
        Edit(
            _INTEGRATED,
            "start, way = (part[None].contiguous(memory_format=torch.channels_last) for part in (start, x - start))",
            "start, way = (part[None].contiguous(memory_format=torch.channels_last) for part in (0 * x, x))",
        ),
    ),
)
