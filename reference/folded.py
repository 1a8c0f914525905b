"""The classifier folded for explaining: the same function of the pictures, computed in less time.

    norm(conv(x, w) + b) = conv(x, r w) + r (b - mean) + shift,        r = scale / sqrt(variance + eps)

Folding is done in float64 and rounded once. A ReLU after the pooling gives the same numbers as one before it, on a
quarter of the pixels. Only the input ever gets a gradient; that of a convolution is a convolution with the kernel
turned round. In float32 the tensors are channels-last, as oneDNN and cuDNN like them. In float64 torch has no fast
convolution for a CPU, so nine shifted matrix products take its place, one picture at a time so that its layers stay
in the cache.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn.functional import conv2d, linear, max_pool2d, max_unpool2d, pad, relu

from assignment.classifier import Classifier


@dataclass(frozen=True)
class Convolution:
    """One block: a 3 x 3 convolution padded by one, its batch norm folded in, ReLU, and pooling where `halves`.

    kernel (after, before, 3, 3); turned (before, after, 3, 3) is the kernel of its gradient; bias (after,).
    """

    kernel: Tensor
    turned: Tensor
    bias: Tensor
    halves: bool

    def __call__(self, x: Tensor) -> Tensor:
        """Return the values (N, after, H, W) before the ReLU."""
        return _convolve(x, self.kernel, self.bias)

    def take(self, filters: Sequence[int]) -> "Convolution":
        """Return the convolution of these filters only."""
        rows = list(filters)
        return Convolution(self.kernel[rows], self.turned[:, rows], self.bias[rows], self.halves)


@dataclass(frozen=True)
class Folded:
    """A classifier of frozen parameters: maps pictures (N, 3, H, W) to logits, and can stop at any of its convolutions.

    Convolutions are counted from 0. It is a copy: the classifier that it was made of is neither used nor changed.
    """

    convolutions: tuple[Convolution, ...]
    linears: tuple[tuple[Tensor, Tensor], ...]

    def __call__(self, pictures: Tensor) -> Tensor:
        """Return the logits (N, labels)."""
        (w, b), (w_last, b_last) = self.linears
        x = self.find_input(pictures, len(self.convolutions))
        return linear(relu(linear(x.flatten(1), w, b)), w_last, b_last)

    def find_input(self, pictures: Tensor, layer: int) -> Tensor:
        """Return what convolution `layer` reads; nothing after that is computed."""
        parts = pictures.split(1) if _by_shifts(pictures) else (pictures,)
        return torch.cat([_Run.apply(part, self.convolutions[:layer]) for part in parts])


def fold(model: Classifier) -> Folded:
    """Return the function that `model` computes in evaluation mode, on its device and in its dtype."""
    first, _, _, last = model.fc
    linears = tuple((layer.weight.detach().clone(), layer.bias.detach().clone()) for layer in (first, last))
    return Folded(tuple(_fold_block(*block) for block in _find_blocks(model)), linears)


def _find_blocks(model: Classifier) -> Iterator[tuple[nn.Conv2d, nn.BatchNorm2d, bool]]:
    for stack in model.cnn:
        layers = list(stack)
        for i in range(0, len(layers) - 1, 3):  # convolution, batch norm, ReLU; the pooling comes last
            yield layers[i], layers[i + 1], i + 4 == len(layers)


@torch.no_grad()
def _fold_block(convolution: nn.Conv2d, norm: nn.BatchNorm2d, halves: bool) -> Convolution:
    ratio = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
    bias = (convolution.bias.double() - norm.running_mean.double()) * ratio + norm.bias.double()
    kernel = (convolution.weight.double() * ratio[:, None, None, None]).to(convolution.weight.dtype)
    turned = kernel.flip(2, 3).transpose(0, 1)
    kernel, turned = (k.contiguous(memory_format=torch.channels_last) for k in (kernel, turned))
    return Convolution(kernel, turned, bias.to(kernel.dtype), halves)


class _Run(torch.autograd.Function):
    """Run convolutions one after the other. All tensors in between are its own, so it may write into them."""

    @staticmethod
    def forward(ctx: FunctionCtx, pictures: Tensor, convolutions: tuple[Convolution, ...]) -> Tensor:
        x = pictures.clone(memory_format=torch.contiguous_format if _by_shifts(pictures) else torch.channels_last)
        kept: list[Tensor | None] = []
        for convolution in convolutions:
            x, places = convolution(x), None
            if convolution.halves:
                x, places = max_pool2d(x, 2, return_indices=True)
            x.relu_()
            if ctx.needs_input_grad[0]:
                kept += [x, places]
        ctx.save_for_backward(*kept)
        ctx.convolutions = convolutions
        return x

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, None]:
        values, places = ctx.saved_tensors[::2], ctx.saved_tensors[1::2]
        gradient = gradient.clone()
        for convolution, value, place in zip(ctx.convolutions[::-1], values[::-1], places[::-1], strict=True):
            gradient.mul_(value.sign())  # values are 0 where the ReLU is shut, positive where it is open
            if place is not None:
                gradient = max_unpool2d(gradient, place, 2)
            gradient = _convolve(gradient, convolution.turned, None)
        return gradient, None


def _by_shifts(x: Tensor) -> bool:
    return x.dtype == torch.float64 and x.device.type == "cpu"


def _convolve(x: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    return _convolve_by_shifts(x, kernel, bias) if _by_shifts(x) else conv2d(x, kernel, bias, padding=1)


def _convolve_by_shifts(x: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    """Add up nine matrix products, one for each place of the kernel.

    A picture in a frame of zeros, its rows end to end, is moved by (i, j) pixels when it is read from another start.
    Each row then has two values too many, which mix its end with the beginning of the next: they are cut off.
    """
    n, _, height, width = x.shape
    row = width + 2
    framed = pad(x, (1, 1, 1, 2)).flatten(2)  # (n, before, (height + 3) * row)
    start = x.new_zeros(len(kernel)) if bias is None else bias
    total = start[:, None].repeat(n, 1, height * row)
    for i in range(3):
        for j in range(3):
            first = i * row + j
            total.baddbmm_(kernel[:, :, i, j].expand(n, -1, -1), framed[:, :, first : first + height * row])
    return total.view(n, -1, height, row)[..., :width].contiguous()
