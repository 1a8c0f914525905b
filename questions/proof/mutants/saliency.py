"""Mistakes in saliency maps."""

from functools import partial

from questions.proof.mutant import as_if, make_mutant
from questions.proof.rerun import Edit

_SALIENCY = "reference/saliency.py"
_MADE = "reference/produce/maps.py"
_BENCH = "reference/produce/bench.py"
_mutant = partial(make_mutant, "saliency")

TRAINING = Edit(_BENCH, "return prepare(plain)", "return lambda x: plain.train()(x)")  # batch norm and dropout
_LAID = "return scaled.permute(0, 3, 1, 2).contiguous()"  # pictures (N, H, W, 3)


def _change_official(argument: str, value: str) -> tuple[str, str]:
    """Return the place where the runs are listed, and the same with another official run."""
    listed = 'runs = its.list_runs("map")'
    return listed, f'{listed} | {{"map": its.official.model_copy(update={{"{argument}": "{value}"}})}}'


SALIENCY_MUTANTS = (
    _mutant(
        "of-the-loss",
        "the gradient of the loss in place of the logit's, as in 2021",
        as_if("the gradient were of the loss, not of the logit", "對損失而不是對 logit 取梯度"),
        Edit(_MADE, *_change_official("of", "loss")),
    ),
    _mutant(
        "of-the-probability",
        "the gradient of the probability in place of the logit's",
        as_if("the gradient were of the probability, not of the logit", "對機率而不是對 logit 取梯度"),
        Edit(_MADE, *_change_official("of", "probability")),
    ),
    _mutant(
        "training-mode",
        "the model is left in training mode",
        as_if("the model had been left in training mode", "模型還停留在訓練模式"),
        TRAINING,
    ),
    _mutant(
        "no-absolute-value",
        "the largest of the signed gradients over the channels",
        as_if("the gradients had kept their signs before the largest was taken", "取最大值之前，梯度沒有先取絕對值"),
        Edit(_SALIENCY, "of=of).abs().amax(dim=1)", "of=of).amax(dim=1)"),
    ),
    _mutant(
        "wrong-label",
        "the strongest wrong label in place of the true one",
        as_if("the gradient were of the strongest wrong label", "對錯誤類別中 logit 最大的那一個取梯度"),
        Edit(_MADE, *_change_official("label", "runner_up")),
    ),
    _mutant(
        "next-picture",
        "the maps belong to the next picture",
        as_if("the maps belonged to another picture", "顯著圖屬於另一張圖片"),
        Edit(_SALIENCY, "zip(pictures.split(batch), labels", "zip(pictures.roll(1, 0).split(batch), labels.roll(1, 0)"),
    ),
    _mutant(
        "stretched",
        "each map is stretched to [0, 1] before anybody sees its size, as in 2021",
        as_if(
            "each map had been stretched from 0 to 1 before its size was read",
            "每張顯著圖先各自拉到 0 到 1，才讀它的大小",
        ),
        Edit(
            _MADE,
            "return {None: arrays}",
            "return {None: {name: array / array.max(axis=(1, 2), keepdims=True) for name, array in arrays.items()}}",
        ),
    ),
    _mutant(
        "pixels-to-255",
        "pixels are not brought to [0, 1]",
        as_if("pixels went from 0 to 255, not from 0 to 1", "像素值是 0 到 255，而不是 0 到 1"),
        Edit(_BENCH, ".to(self.device, self.dtype) / 255", ".to(self.device, self.dtype)"),
    ),
    _mutant(
        "times-the-picture",
        "the gradient is multiplied by the picture",
        as_if("the gradient had been multiplied by the picture", "梯度乘上了圖片"),
        Edit(_SALIENCY, "input_gradient(model, x, y, of=of).abs()", "(x * input_gradient(model, x, y, of=of)).abs()"),
    ),
    _mutant(
        "mean-over-channels",
        "the mean size over the channels in place of the largest",
        as_if("the mean of the channels were taken, not the largest", "取的是各通道的平均，而不是最大值"),
        Edit(_SALIENCY, "of=of).abs().amax(dim=1)", "of=of).abs().mean(dim=1)"),
    ),
    _mutant(
        "channels-cancel",
        "the channels are averaged before the size is taken: their signs cancel",
        as_if("the channels had been averaged before the size was taken", "先把各通道平均，之後才取絕對值"),
        Edit(_SALIENCY, "of=of).abs().amax(dim=1)", "of=of).mean(dim=1).abs()"),
    ),
    _mutant(
        "all-labels",
        "the gradient of the sum of all logits: no label was chosen",
        as_if("the gradient were of the sum of all logits", "對所有 logit 的總和取梯度"),
        Edit(
            _SALIENCY,
            '"logit": lambda logits, labels: logits.gather(1, labels[:, None])[:, 0]',
            '"logit": lambda logits, labels: logits.sum(dim=1)',
        ),
    ),
    _mutant(
        "predicted-label",
        "the label that the model takes a picture for in place of the true one",
        as_if("the gradient were of the predicted label, not of the true one", "對模型預測的類別而不是真實類別取梯度"),
        Edit(_BENCH, "        return bench.labels\n", "        return bench.logits.argmax(dim=1)\n"),
    ),
    _mutant(
        "minus-one-to-one",
        "pixels are brought to [-1, 1], which the model was not trained with",
        as_if("pixels had been brought to the range from -1 to 1", "像素值被換到 -1 到 1"),
        Edit(_BENCH, _LAID, "return (2 * scaled - 1).permute(0, 3, 1, 2).contiguous()"),
    ),
    _mutant(
        "mirrored",
        "the picture is mirrored, as in training, and the map is not turned back",
        as_if("the picture had been mirrored first", "圖片先左右翻轉了"),
        Edit(_BENCH, _LAID, "return scaled.flip(2).permute(0, 3, 1, 2).contiguous()"),
    ),
    _mutant(
        "weights-not-loaded",
        "the model has the weights that it was made with: the trained ones were not loaded",
        as_if("the trained weights had not been loaded", "沒有載入訓練好的權重"),
        Edit(
            _BENCH,
            "        round_weights(plain, self.rounding)\n",
            "        round_weights(plain, self.rounding)\n        torch.manual_seed(0)\n"
            '        plain.apply(lambda part: getattr(part, "reset_parameters", int)())\n',
        ),
    ),
)
