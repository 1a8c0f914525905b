"""Mistakes in integrated gradients."""

from functools import partial

from questions.proof.mutant import as_if, make_mutant
from questions.proof.rerun import Edit

_INTEGRATED = "reference/integrated_gradients.py"
_MADE = "reference/produce/integrated_gradients.py"
_mutant = partial(make_mutant, "integrated_gradients")

INTEGRATED_GRADIENTS_MUTANTS = (
    _mutant(
        "left-ends",
        "the gradients are taken at the left ends of the steps, as in 2021",
        as_if("the gradients were taken at the left ends of the steps", "在每一步的左端取梯度"),
        Edit(_INTEGRATED, "dtype=torch.float64) + 0.5) / steps", "dtype=torch.float64) + 0.0) / steps"),
    ),
    _mutant(
        "without-the-factor",
        "never multiplied by (x - baseline), as in 2021",
        as_if("the mean gradient were never multiplied by (x - baseline)", "平均梯度沒有乘上（x - 基準圖）"),
        Edit(_INTEGRATED, "attribution = (pictures - baseline) * mean", "attribution = mean"),
    ),
    _mutant(
        "turned-round",
        "(baseline - x) in place of (x - baseline)",
        as_if("the mean gradient were multiplied by (baseline - x)", "平均梯度乘上了（基準圖 - x）"),
        Edit(_INTEGRATED, "attribution = (pictures - baseline) * mean", "attribution = (baseline - pictures) * mean"),
    ),
    _mutant(
        "no-path",
        "the gradient is taken at the picture alone",
        as_if("the gradient were taken at the picture alone, not on the way to it", "只在圖片上取梯度，沒有在路上取"),
        Edit(
            _INTEGRATED,
            "points = start + part[:, None, None, None] * way",
            "points = start + torch.ones_like(part)[:, None, None, None] * way",
        ),
    ),
    _mutant(
        "summed",
        "the steps' gradients are added up and not divided by their number",
        as_if(
            "the gradients of the steps were added up and not divided by their number",
            "各步的梯度相加之後，沒有除以步數",
        ),
        Edit(_INTEGRATED, "return total / len(shares)", "return total"),
    ),
    _mutant(
        "of-the-probability",
        "the gradient of the probability in place of the logit's",
        as_if("the gradient were of the probability, not of the logit", "對機率而不是對 logit 取梯度"),
        Edit(
            _INTEGRATED,
            "input_gradient(model, points, label.expand(len(part)))",
            'input_gradient(model, points, label.expand(len(part)), of="probability")',
        ),
    ),
    _mutant(
        "white-is-black",
        "black and white are exchanged",
        as_if("the black and the white baseline had been exchanged", "黑色與白色的基準圖對調了"),
        Edit(_INTEGRATED, 'float(kind == "white")', 'float(kind == "black")'),
    ),
    _mutant(
        "wrong-label",
        "the strongest wrong label in place of the true one",
        as_if("the gradient were of the strongest wrong label", "對錯誤類別中 logit 最大的那一個取梯度"),
        Edit(
            _MADE,
            "return Way(label, baseline,",
            'return Way("runner_up" if baseline == its.official.baseline else label, baseline,',
        ),
    ),
    _mutant(
        "sizes-only",
        "the sizes of the channels are added up, and signs are lost",
        as_if("the sizes of the channels were added up, without their signs", "把各通道的絕對值相加，失去了正負號"),
        Edit(_MADE, "return to_array(attribution.sum(dim=1))", "return to_array(attribution.abs().sum(dim=1))"),
    ),
    _mutant(
        "black-for-every-baseline",
        "the baseline is forgotten: every way starts from black",
        as_if("every way started from black, whatever the baseline", "不論基準圖是什麼，都從黑色出發"),
        Edit(
            _INTEGRATED,
            "start, way = (part[None].contiguous(memory_format=torch.channels_last) for part in (start, x - start))",
            "start, way = (part[None].contiguous(memory_format=torch.channels_last) for part in (0 * x, x))",
        ),
    ),
    _mutant(
        "right-ends",
        "the gradients are taken at the right ends of the steps",
        as_if("the gradients were taken at the right ends of the steps", "在每一步的右端取梯度"),
        Edit(_INTEGRATED, "dtype=torch.float64) + 0.5) / steps", "dtype=torch.float64) + 1.0) / steps"),
    ),
    _mutant(
        "one-point-more",
        "both ends are taken, one point more than steps, and the sum is divided by the steps",
        as_if("one gradient more were added up than it was divided by", "相加的梯度比所除的步數多一個"),
        Edit(
            _INTEGRATED,
            "(torch.arange(steps, dtype=torch.float64) + 0.5) / steps",
            "torch.linspace(0, 1, steps + 1, dtype=torch.float64)",
        ),
        Edit(_INTEGRATED, "return total / len(shares)", "return total / (len(shares) - 1)"),
    ),
    _mutant(
        "times-the-picture",
        "multiplied by the picture in place of (x - baseline)",
        as_if(
            "the mean gradient were multiplied by x, not by (x - baseline)", "平均梯度乘上的是 x，而不是（x - 基準圖）"
        ),
        Edit(_INTEGRATED, "attribution = (pictures - baseline) * mean", "attribution = pictures * mean"),
    ),
    _mutant(
        "grey-for-black",
        "a baseline of zeros before the pixels are brought to [0, 1]: grey in place of black",
        as_if("the black baseline were grey", "黑色的基準圖成了灰色"),
        Edit(_INTEGRATED, 'float(kind == "white")', 'float(kind == "white") or 0.5'),
    ),
    _mutant(
        "sizes-of-gradients",
        "the sizes of the steps' gradients are averaged",
        as_if("the gradients of the steps had lost their signs before the mean", "各步的梯度在平均之前先取了絕對值"),
        Edit(_INTEGRATED, "label.expand(len(part))).sum(dim=0)", "label.expand(len(part))).abs().sum(dim=0)"),
    ),
)
