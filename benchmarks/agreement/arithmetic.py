"""Other arithmetic under the same cells: every convolution and linear layer in parts, rounded, or with noise; every
product of an attention rounded too.

Each mode also changes the backward pass: the gradients that reach a layer are rounded or shaken like its factors.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx
from torch.nn.functional import conv2d, linear
from torch.overrides import TorchFunctionMode

from assignment.models.classifier import Classifier

Change = Callable[[Tensor], Tensor]


class LayerMode(TorchFunctionMode):
    """While it is entered, every conv2d and linear is run by `run_layer`."""

    functions: tuple[Callable[..., Tensor], ...] = (conv2d, linear)

    def __torch_function__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None) -> Any:
        """Send layers to `run_layer`; anything else goes its way."""
        if func in self.functions and args[0].dtype == torch.float32:
            return self.run_layer(func, *args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))

    def run_layer(self, layer: Callable[..., Tensor], x: Tensor, weight: Tensor, *rest: Any) -> Tensor:
        """Return what the layer gives for x (N, ...)."""
        raise NotImplementedError


class Split(LayerMode):
    """Layers see at most `count` pictures at a time."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def run_layer(self, layer: Callable[..., Tensor], x: Tensor, weight: Tensor, *rest: Any) -> Tensor:
        """Run the layer on each part."""
        return torch.cat([layer(part, weight, *rest) for part in x.split(self.count)])


class Rounded(LayerMode):
    """The factors of every product keep `bits` bits, as TF32's 10; sums are float32."""

    functions = (conv2d, linear, torch.matmul)

    def __init__(self, bits: int) -> None:
        super().__init__()
        self.bits = bits

    def run_layer(self, layer: Callable[..., Tensor], x: Tensor, weight: Tensor, *rest: Any) -> Tensor:
        """Round what the layer reads, and the gradient that comes back to it."""
        found: Tensor = layer(_Changed.apply(x, self._round, None), self._round(weight), *rest)
        return _Changed.apply(found, None, self._round)

    def _round(self, values: Tensor) -> Tensor:
        return round_mantissa(values, self.bits)


class RoundedWeights(LayerMode):
    """Layers have weights in bfloat16, and compute in float32."""

    def run_layer(self, layer: Callable[..., Tensor], x: Tensor, weight: Tensor, *rest: Any) -> Tensor:
        """Run the layer with rounded weights."""
        return layer(x, weight.bfloat16().float(), *rest)


class Noisy(LayerMode):
    """What every layer gives is off by `size` of its typical value, and so is the gradient that it passes on."""

    def __init__(self, size: float) -> None:
        super().__init__()
        self.size, self.generator = size, torch.Generator().manual_seed(0)

    def run_layer(self, layer: Callable[..., Tensor], x: Tensor, weight: Tensor, *rest: Any) -> Tensor:
        """Shake what the layer gives."""
        found: Tensor = layer(_Changed.apply(x, None, self._shake), weight, *rest)
        return _Changed.apply(found, self._shake, None)

    def _shake(self, values: Tensor) -> Tensor:
        noise = torch.rand(values.shape, generator=self.generator).sub_(0.5).mul_(12**0.5)  # of variance 1
        return noise.to(values.device).mul_(self.size * values.square().mean().sqrt()).add_(values)


class _Changed(torch.autograd.Function):
    """Change a value on its way forth, its gradient on its way back, or neither."""

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, forth: Change | None, back: Change | None) -> Tensor:
        ctx.back = back
        return x.view_as(x) if forth is None else forth(x)

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, None, None]:
        return (gradient if ctx.back is None else ctx.back(gradient)), None, None


def round_mantissa(values: Tensor, bits: int) -> Tensor:
    """Round float32 values to `bits` bits after the leading one, to nearest; halves go away from zero.

    >>> round_mantissa(torch.tensor([1.0, 1 + 2**-10, 1 + 2**-11, 1 + 2**-12, -3.0]), 10).tolist()
    [1.0, 1.0009765625, 1.0009765625, 1.0, -3.0]
    """
    dropped = 23 - bits
    pattern = values.contiguous().view(torch.int32)
    return ((pattern + (1 << (dropped - 1))) >> dropped << dropped).view(torch.float32).view_as(values)


def put_channels_last(model: Classifier) -> Classifier:
    """Return the classifier with its kernels, and with them all maps, channels-last."""
    return model.to(memory_format=torch.channels_last)


def allow_tf32(model: Classifier) -> Classifier:
    """Return the classifier as it is, and let a GPU multiply in TF32 until a setup cell forbids it again."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    return model


def round_to_bfloat16(model: Classifier) -> Classifier:
    """Return the classifier with its weights rounded to bfloat16; it still computes in float32."""
    return model.bfloat16().float()


@torch.no_grad()
def fold_in_place(model: Classifier) -> Classifier:
    """Return the classifier with each batch norm folded into its convolution, in float64; the norms pass all on."""
    for stack in model.cnn:
        for convolution, norm in zip(list(stack), list(stack)[1:], strict=False):
            if isinstance(norm, nn.BatchNorm2d):
                ratio = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
                bias = (convolution.bias.double() - norm.running_mean.double()) * ratio + norm.bias.double()
                convolution.weight.copy_(convolution.weight.double() * ratio[:, None, None, None])
                convolution.bias.copy_(bias)
                norm.reset_parameters()  # scale 1, shift 0, mean 0, variance 1
                norm.running_var.fill_(1 - norm.eps)
    return model
