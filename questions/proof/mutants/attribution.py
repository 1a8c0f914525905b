"""Mistakes in the maps that are made of gradients: saliency, SmoothGrad, integrated gradients."""

from questions.proof.mutant import Mutant
from questions.proof.rerun import Edit

_SALIENCY, _SMOOTHGRAD, _MAPS = "reference/saliency.py", "reference/smoothgrad.py", "reference/produce/maps.py"
_INTEGRATED, _BENCH = "reference/integrated_gradients.py", "reference/produce/bench.py"


def _saliency(name: str, mistake: str, *edits: Edit, equivalent: str | None = None) -> Mutant:
    return Mutant(f"saliency-{name}", ("saliency",), mistake, edits, equivalent)


def _smoothgrad(name: str, mistake: str, *edits: Edit, equivalent: str | None = None) -> Mutant:
    return Mutant(f"smoothgrad-{name}", ("smoothgrad",), mistake, edits, equivalent)


def _integrated(name: str, mistake: str, *edits: Edit, equivalent: str | None = None) -> Mutant:
    return Mutant(f"integrated_gradients-{name}", ("integrated_gradients",), mistake, edits, equivalent)


_TRAINING = Edit(_BENCH, "model = fold(plain)", "model = plain.train()")  # batch norm and dropout as in training

ATTRIBUTION_MUTANTS = (
    _saliency(
        "of-the-loss", "the gradient of the loss in place of the logit's, as in 2021",
        Edit(_MAPS, '"map": (bench.labels, "logit")', '"map": (bench.labels, "loss")'),
    ),
    _saliency(
        "of-the-probability", "the gradient of the probability in place of the logit's",
        Edit(_MAPS, '"map": (bench.labels, "logit")', '"map": (bench.labels, "probability")'),
    ),
    _saliency("training-mode", "the model is left in training mode", _TRAINING),
    _saliency(
        "no-absolute-value", "the largest of the signed gradients over the channels",
        Edit(_SALIENCY, "of=of).abs().amax(dim=1)", "of=of).amax(dim=1)"),
    ),
    _saliency(
        "wrong-label", "the strongest wrong label in place of the true one",
        Edit(_MAPS, '"map": (bench.labels, "logit")', '"map": (other, "logit")'),
    ),
    _saliency(
        "next-picture", "the maps belong to the next picture",
        Edit(_SALIENCY, "zip(pictures.split(batch), labels", "zip(pictures.roll(1, 0).split(batch), labels.roll(1, 0)"),
    ),
    _saliency(
        "stretched", "each map is stretched to [0, 1] before anybody sees its size, as in 2021",
        Edit(_MAPS, "return {None: arrays}",
             "return {None: {name: array / array.max(axis=(1, 2), keepdims=True) for name, array in arrays.items()}}"),
    ),
    _saliency(
        "pixels-to-255", "pixels are not brought to [0, 1]",
        Edit(_BENCH, ".to(device, dtype) / 255", ".to(device, dtype)"),
    ),
    _saliency(
        "times-the-picture", "the gradient is multiplied by the picture",
        Edit(_SALIENCY, "input_gradient(model, x, y, of=of).abs()", "(x * input_gradient(model, x, y, of=of)).abs()"),
    ),
    _smoothgrad(
        "noise-squared", "the variance of the noise where its standard deviation belongs, as in 2021",
        Edit(_SMOOTHGRAD, "spread = sigma * (picture.max() - picture.min())",
             "spread = (sigma * (picture.max() - picture.min())) ** 2"),
    ),
    _smoothgrad(
        "signed-mean", "the size of the mean gradient in place of the mean size: signs cancel",
        Edit(_SMOOTHGRAD, "maps.append(total / seen)", "maps.append(signed.abs().amax(dim=0) / seen)"),
    ),
    _smoothgrad(
        "mean-is-never-signed", "where signs should cancel, sizes are added",
        Edit(_SMOOTHGRAD, "signed += gradient.sum(dim=0)", "signed += gradient.abs().sum(dim=0)"),
    ),
    _smoothgrad(
        "same-noise-in-each-batch", "the generator is made anew for each batch",
        Edit(_SMOOTHGRAD, "generator.standard_normal", "np.random.default_rng(random_state).standard_normal"),
    ),
    _smoothgrad(
        "forgets-to-add", "only the last batch of copies is kept",
        Edit(_SMOOTHGRAD, "total += gradient", "total = gradient"),
    ),
    _smoothgrad(
        "only-brighter", "uniform noise in [0, 1] in place of normal noise, so that every copy is brighter",
        Edit(_SMOOTHGRAD, "generator.standard_normal", "generator.random"),
    ),
    _smoothgrad(
        "strong", "ten times the noise in the official run",
        Edit(_MAPS, "SIGMA, COPIES, STEPS, FEW_STEPS = 0.02,", "SIGMA, COPIES, STEPS, FEW_STEPS = 0.2,"),
    ),
    _smoothgrad(
        "wrong-label", "the strongest wrong label in place of the true one",
        Edit(_MAPS, "counted = {seed: _smooth(bench, seed, bench.labels,", "counted = {seed: _smooth(bench, seed, other,"),
    ),
    _smoothgrad(
        "same-seed-again", "the second run is given the seed of the first",
        Edit(_MAPS, "again = counted.get(seed + 1, after)", "again = counted[seed]"),
    ),
    _smoothgrad(
        "sum", "the copies' maps are added up and not divided by their number",
        Edit(_SMOOTHGRAD, "maps.append(total / seen)", "maps.append(total.clone())"),
        equivalent="One factor for all pictures: each drawing has a scale of its own, and shares, orders and ratios stay.",
    ),
    _smoothgrad("training-mode", "the model is left in training mode", _TRAINING),
    _integrated(
        "left-ends", "the gradients are taken at the left ends of the steps, as in 2021",
        Edit(_INTEGRATED, "dtype=torch.float64) + 0.5) / steps", "dtype=torch.float64) + 0.0) / steps"),
    ),
    _integrated(
        "without-the-factor", "never multiplied by (x - baseline), as in 2021",
        Edit(_INTEGRATED, "attribution = (pictures - baseline) * mean", "attribution = mean"),
    ),
    _integrated(
        "turned-round", "(baseline - x) in place of (x - baseline)",
        Edit(_INTEGRATED, "attribution = (pictures - baseline) * mean", "attribution = (baseline - pictures) * mean"),
    ),
    _integrated(
        "no-path", "the gradient is taken at the picture alone",
        Edit(_INTEGRATED, "points = start + part[:, None, None, None] * way",
             "points = start + torch.ones_like(part)[:, None, None, None] * way"),
    ),
    _integrated(
        "summed", "the steps' gradients are added up and not divided by their number",
        Edit(_INTEGRATED, "return total / len(shares)", "return total"),
    ),
    _integrated(
        "of-the-probability", "the gradient of the probability in place of the logit's",
        Edit(_INTEGRATED, "input_gradient(model, points, label.expand(len(part)))",
             'input_gradient(model, points, label.expand(len(part)), of="probability")'),
    ),
    _integrated(
        "white-is-black", "black and white are exchanged",
        Edit(_INTEGRATED, 'float(kind == "white")', 'float(kind == "black")'),
    ),
    _integrated(
        "wrong-label", "the strongest wrong label in place of the true one",
        Edit(_MAPS, "black = {steps: _integrate(bench, bench.labels,", "black = {steps: _integrate(bench, other,"),
    ),
    _integrated(
        "sizes-only", "the sizes of the channels are added up, and signs are lost",
        Edit(_MAPS, "return to_array(attribution.sum(dim=1))", "return to_array(attribution.abs().sum(dim=1))"),
    ),
    _integrated(
        "black-for-every-baseline", "the baseline is forgotten: every way starts from black",
        Edit(_INTEGRATED, "start, way = (part[None].contiguous(memory_format=torch.channels_last) for part in (start, x - start))",
             "start, way = (part[None].contiguous(memory_format=torch.channels_last) for part in (0 * x, x))"),
    ),
)  # fmt: skip
