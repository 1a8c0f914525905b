"""The classifier folded for explaining: the same function of the pictures, computed in less time.

    norm(conv(x, w) + b) = conv(x, r w) + r (b - mean) + shift,        r = scale / sqrt(variance + eps)

Folding is done in float64 and rounded once. A ReLU after the pooling gives the same numbers as one before it, on a
quarter of the pixels. Only the input ever gets a gradient; that of a convolution is one with the kernel turned round,
and where it has three channels, which would leave most of a vector empty, it is found for four pixels at once. The
tensors are channels-last, as oneDNN and cuDNN like them, but in float64 on a CPU, where torch has no fast convolution:
there each picture runs in a frame (`framed.py`). In float64, ties of the pooling are ties on every device.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn.functional import conv2d, linear, max_unpool2d, pad, relu
from torch.ops import aten  # type: ignore[attr-defined]

from assignment.models.classifier import Classifier
from assignment.models.network import Network
from reference.framed import Frame, convolve, make_factors, pool, put_in_frame, unpool
from reference.ties import find_largest, take_largest

LAYER = 2**23  # bytes of a layer's values on a CPU: larger blocks come from the system page by page, each time anew
FEW = 4  # channels: up to here the gradient is found for four pixels at once
Kept = tuple[Tensor, Tensor | None]  # after the ReLU, and where the pooling found it
KeptFrame = tuple[Frame, tuple[Tensor, Tensor] | None]
Part = tuple[int, list[Kept] | list[KeptFrame]]  # how many pictures, and what each convolution kept of them


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
        """Return the values (N, after, H, W) before the ReLU; x gets no gradient."""
        x = x.detach()
        if not _in_frames(x):
            return conv2d(x, self.kernel, self.bias, padding=1)
        frames = [convolve(put_in_frame(one), self.factors, self.bias) for one in x]
        return torch.stack([frame.take_out() for frame in frames])

    @cached_property
    def factors(self) -> tuple[Tensor, ...]:
        """The kernel as a frame is convolved with it."""
        return make_factors(self.kernel)

    @cached_property
    def turned_factors(self) -> tuple[Tensor, ...]:
        """The turned kernel as a frame is convolved with it."""
        return make_factors(self.turned)

    @cached_property
    def turned_for_four(self) -> Tensor:
        """The turned kernel for four neighbouring pixels at once (4 before, after, 4, 4): see `find_gradient`."""
        shifted = [pad(self.turned, (right, 1 - right, down, 1 - down)) for down in (0, 1) for right in (0, 1)]
        kernel = torch.stack(shifted, dim=1).flatten(0, 1)
        return kernel.contiguous(memory_format=torch.channels_last)

    def find_gradient(self, gradient: Tensor) -> Tensor:
        """Return the gradient (N, before, H, W) for what is read from that (N, after, H, W) for the values."""
        if len(self.turned) > FEW or gradient.shape[2] % 2 or gradient.shape[3] % 2:
            return conv2d(gradient, self.turned, padding=1)
        four = conv2d(gradient, self.turned_for_four, stride=2, padding=1).unflatten(1, (-1, 2, 2))
        return four.permute(0, 1, 4, 2, 5, 3).flatten(4, 5).flatten(2, 3)  # a pixel shuffle, at half its cost

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
        if layer == 0:
            return pictures
        found: Tensor = _Run.apply(pictures, self.convolutions[:layer])
        return found

    @torch.no_grad()
    def find_input_and_gradient(self, pictures: Tensor, layer: int, slope: Tensor) -> tuple[Tensor, Tensor]:
        """Return what convolution `layer` reads, and the gradient for the pictures of the sum of slope * that.

        slope (N, before, H', W'). Autograd finds the same; this does without its bookkeeping.
        """
        if layer == 0:
            return pictures, slope
        convolutions = self.convolutions[:layer]
        found, kept = _run_parts(pictures, convolutions, keep=True)
        return found, _run_parts_back(slope, convolutions, kept)


def prepare(model: Classifier | Network) -> Folded | Network:
    """Return what the analyses run: a model of the homework's shape folded, any other as it is."""
    return fold(model) if isinstance(model, Classifier) else model


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


def _in_frames(x: Tensor) -> bool:
    return x.dtype == torch.float64 and x.device.type == "cpu"


def _split(x: Tensor, first: Convolution) -> tuple[Tensor, ...]:
    """Return the parts of a batch that are computed each for itself; `first` has the largest of the layers."""
    if x.device.type != "cpu":
        return (x,)
    bytes_each = len(first.kernel) * x[0, 0].numel() * x.element_size()
    return x.split(1 if _in_frames(x) else max(1, LAYER // bytes_each))


def _join(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(tuple(parts))


class _Run(torch.autograd.Function):
    """Run convolutions one after the other, with a gradient for the pictures only."""

    @staticmethod
    def forward(ctx: FunctionCtx, pictures: Tensor, convolutions: Sequence[Convolution]) -> Tensor:
        found, ctx.kept = _run_parts(pictures.detach(), convolutions, keep=ctx.needs_input_grad[0])
        ctx.convolutions = convolutions
        return found

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, None]:
        return _run_parts_back(gradient, ctx.convolutions, ctx.kept), None


def _run_parts(x: Tensor, convolutions: Sequence[Convolution], *, keep: bool) -> tuple[Tensor, Sequence[Part]]:
    """Return what the last convolution's block gives, and what `_run_parts_back` needs."""
    run = _run_in_frame if _in_frames(x) else _run
    parts = [run(part, convolutions, keep=keep) for part in _split(x, convolutions[0])]
    return _join([found for found, _ in parts]), [(len(found), kept) for found, kept in parts]


def _run_parts_back(gradient: Tensor, convolutions: Sequence[Convolution], parts: Sequence[Part]) -> Tensor:
    """Return the gradient for the pictures from that for what `_run_parts` gave."""
    run_back = _run_back_in_frame if _in_frames(gradient) else _run_back
    rows = zip(gradient.split([size for size, _ in parts]), parts, strict=True)
    return _join([run_back(part, convolutions, kept) for part, (_, kept) in rows])


def _run(x: Tensor, convolutions: Sequence[Convolution], *, keep: bool) -> tuple[Tensor, list[Kept]]:
    """Return what the last convolution's block gives, and what `_run_back` needs."""
    x, kept = x.contiguous(memory_format=torch.channels_last), []
    for convolution in convolutions:
        x, places = conv2d(x, convolution.kernel, convolution.bias, padding=1), None
        if convolution.halves:
            x, places = find_largest(x) if keep else (take_largest(x), None)
        x.relu_()
        if keep:
            kept.append((x, places))
    return x, kept


def _run_back(gradient: Tensor, convolutions: Sequence[Convolution], kept: list[Kept]) -> Tensor:
    """Return the gradient (N, 3, H, W) for the pictures from that for what `_run` gave."""
    gradient = gradient.clone(memory_format=torch.channels_last)  # all that follow are our own: we write into them
    for convolution, (value, places) in zip(convolutions[::-1], kept[::-1], strict=True):
        _pass_where_open(gradient, value)
        if places is not None:
            gradient = max_unpool2d(gradient, places, 2)
        gradient = convolution.find_gradient(gradient)
    return gradient


def _pass_where_open(gradient: Tensor, value: Tensor) -> None:
    """Set the gradient to zero, in place, wherever the ReLU that gave `value` is shut."""
    aten.threshold_backward.grad_input(gradient, value, 0, grad_input=gradient)


def _run_in_frame(x: Tensor, convolutions: Sequence[Convolution], *, keep: bool) -> tuple[Tensor, list[KeptFrame]]:
    """Do what `_run` does for one picture (1, 3, H, W)."""
    frame, kept = put_in_frame(x[0]), []
    for convolution in convolutions:
        frame, places = convolve(frame, convolution.factors, convolution.bias), None
        if convolution.halves:
            frame, places = pool(frame, keep=keep)
        frame.values.relu_()
        frame.clear_border()
        if keep:
            kept.append((frame, places))
    return frame.take_out()[None], kept


def _run_back_in_frame(gradient: Tensor, convolutions: Sequence[Convolution], kept: list[KeptFrame]) -> Tensor:
    """Do what `_run_back` does for one picture."""
    frame = put_in_frame(gradient[0])
    for convolution, (value, places) in zip(convolutions[::-1], kept[::-1], strict=True):
        _pass_where_open(frame.values, value.values)  # this clears the border too
        if places is not None:
            frame = unpool(frame, places)
        frame = convolve(frame, convolution.turned_factors, None)
    return frame.take_out()[None]
