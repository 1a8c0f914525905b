"""Mistakes in SmoothGrad."""

from functools import partial

from questions.proof.mutant import as_if, make_mutant
from questions.proof.mutants.saliency import TRAINING
from questions.proof.rerun import Edit

_SMOOTHGRAD = "reference/smoothgrad.py"
_MADE = "reference/produce/smoothgrad.py"
_BENCH = "reference/produce/bench.py"
_mutant = partial(make_mutant, "smoothgrad")


def _change_official(argument: str, value: str) -> tuple[str, str]:
    """Return the place where the runs are listed, and the same where those with the official noise are changed."""
    listed = 'its.list_runs("map")'
    changed = f'one.model_copy(update={{"{argument}": {value}}}) if one.sigma == its.official.sigma else one'
    return f"runs = {listed}", f"runs = {{name: {changed} for name, one in {listed}.items()}}"


SMOOTHGRAD_MUTANTS = (
    _mutant(
        "noise-squared",
        "the variance of the noise where its standard deviation belongs, as in 2021",
        as_if("the standard deviation of the noise had been squared", "雜訊的標準差被平方了"),
        Edit(
            _SMOOTHGRAD,
            "spread = sigma * (picture.max() - picture.min())",
            "spread = (sigma * (picture.max() - picture.min())) ** 2",
        ),
    ),
    _mutant(
        "signed-mean",
        "the size of the mean gradient in place of the mean size: signs cancel",
        as_if("the gradients were averaged first and their sizes taken after", "先把梯度平均，之後才取絕對值"),
        Edit(_SMOOTHGRAD, "maps.append(total / seen)", "maps.append(signed.abs().amax(dim=0) / seen)"),
    ),
    _mutant(
        "mean-is-never-signed",
        "where signs should cancel, sizes are added",
        as_if("sizes were averaged where signs should cancel", "在正負應該抵銷的地方，平均的是絕對值"),
        Edit(_SMOOTHGRAD, "signed += gradient.sum(dim=0)", "signed += gradient.abs().sum(dim=0)"),
    ),
    _mutant(
        "same-noise-in-each-batch",
        "the generator is made anew for each batch",
        as_if("every batch of copies had the same noise", "每一批副本都用了同樣的雜訊"),
        Edit(_SMOOTHGRAD, "generator.standard_normal", "np.random.default_rng(random_state).standard_normal"),
    ),
    _mutant(
        "forgets-to-add",
        "only the last batch of copies is kept",
        as_if("only the last copies were kept, not the sum of all", "只留下最後幾個副本，沒有全部加總"),
        Edit(_SMOOTHGRAD, "total += gradient", "total = gradient"),
    ),
    _mutant(
        "only-brighter",
        "uniform noise in [0, 1] in place of normal noise, so that every copy is brighter",
        as_if("the noise could only make copies brighter", "雜訊只會讓副本變亮"),
        Edit(_SMOOTHGRAD, "generator.standard_normal", "generator.random"),
    ),
    _mutant(
        "strong",
        "ten times the noise in the official run",
        as_if("the noise were ten times as strong", "雜訊的強度變成十倍"),
        Edit(_MADE, *_change_official("sigma", "10 * its.official.sigma")),
    ),
    _mutant(
        "wrong-label",
        "the strongest wrong label in place of the true one",
        as_if("the gradient were of the strongest wrong label", "對錯誤類別中 logit 最大的那一個取梯度"),
        Edit(_MADE, *_change_official("label", '"runner_up"')),
    ),
    _mutant(
        "same-seed-again",
        "the second run is given the seed of the first",
        as_if("the second run had the seed of the first", "第二次執行沿用了第一次的種子"),
        Edit(_BENCH, 'return seed + (run == "next")', "return seed"),
    ),
    _mutant(
        "sum",
        "the copies' maps are added up and not divided by their number",
        as_if(
            "the maps of the copies were added up and not divided by their number",
            "副本的顯著圖相加之後，沒有除以副本數",
        ),
        Edit(_SMOOTHGRAD, "maps.append(total / seen)", "maps.append(total.clone())"),
        equivalent="One factor for all pictures: each drawing has a scale of its own, and shares, orders and ratios stay.",
    ),
    _mutant(
        "training-mode",
        "the model is left in training mode",
        as_if("the model had been left in training mode", "模型還停留在訓練模式"),
        TRAINING,
    ),
    _mutant(
        "absolute",
        "sigma in pixel values in place of a share of the picture's range, as Captum's NoiseTunnel has it",
        as_if("the range of the picture were left out of the noise", "雜訊沒有乘上圖片的數值範圍"),
        Edit(_SMOOTHGRAD, "spread = sigma * (picture.max() - picture.min())", "spread = sigma"),
    ),
    _mutant(
        "squared",
        "the mean of the squared gradients, as Captum's smoothgrad_sq",
        as_if("the gradients had been squared before they were averaged", "梯度在平均之前先平方了"),
        Edit(_SMOOTHGRAD, "total += gradient.abs()", "total += gradient.square()"),
    ),
    _mutant(
        "piles-up",
        "noise is added to the copy before in place of the picture",
        as_if("each copy had been made from the copy before it", "每個副本都是在前一個副本上再加雜訊"),
        Edit(
            _SMOOTHGRAD,
            "yield picture + spread * noise.to(picture)",
            "noisy = picture + spread * noise.to(picture).cumsum(dim=0)\n            yield noisy\n            "
            "picture = noisy[-1]",
        ),
    ),
    _mutant(
        "of-the-loss",
        "the gradient of the loss in place of the logit's, as in 2021",
        as_if("the gradient were of the loss, not of the logit", "對損失而不是對 logit 取梯度"),
        Edit(_SMOOTHGRAD, "noisy, label.expand(len(noisy)))", 'noisy, label.expand(len(noisy)), of="loss")'),
    ),
)
