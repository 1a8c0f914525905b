"""The kinds of classifier that a course may bring, as `model.yaml` beside its weights says.

    kind: homework              the slides' CNN of any width
    kind: torchvision           a name of torchvision.models, and its weights
    kind: transformers          image classification from the folder, in the Hugging Face format
    kind: module                a class of the course's own Python file, which is run: trusted like the staff

Each gives pixels in, logits out: `mean` and `std` go inside the model.
"""

import importlib.util
import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from pydantic import BaseModel, BeforeValidator, Field, FiniteFloat, PositiveInt
from torch import Tensor, nn

from assignment.fixable import Fault, FixableError, check_all, load_yaml, parse_as, show_value, suggest
from assignment.models.classifier import Classifier, build_homework
from assignment.models.network import MEAN, STD, Network, find_training_parts
from assignment.models.quiet import silence
from assignment.models.weights import COUNTER, find_weight_faults, read_weights
from assignment.records import Record

FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]  # in the same folder
Positive = Annotated[FiniteFloat, Field(gt=0)]
Mean = tuple[FiniteFloat, FiniteFloat, FiniteFloat]
Std = tuple[Positive, Positive, Positive]


def _check_side(value: object, *, whole: int = 1) -> object:
    lengths = value if isinstance(value, list) and len(value) == 2 else [value]
    if not all(type(one) is int and one > 0 and one % whole == 0 for one in lengths):
        many = f"multiples of {whole}" if whole > 1 else "pixels"
        raise ValueError(f"{show_value(value)}; expected {many}: one number for a square, or [height, width]")
    return tuple(lengths * 2)[:2]


Size = Annotated[tuple[int, int], BeforeValidator(_check_side)]
HalvedSize = Annotated[tuple[int, int], BeforeValidator(partial(_check_side, whole=32))]


class HomeworkModel(Record):
    """The homework's shape; its width is found in the weights."""

    kind: Literal["homework"]
    weights: FileName
    labels: PositiveInt
    side: HalvedSize


class TorchvisionModel(Record):
    """One of `torchvision.models`, such as resnet18; mean and std are those of its training, in pixels from 0 to 1."""

    kind: Literal["torchvision"]
    name: str
    weights: FileName
    labels: PositiveInt
    side: Size
    mean: Mean
    std: Std


class TransformersModel(Record):
    """What `save_pretrained` wrote into the same folder; mean and std stand in `preprocessor_config.json`, or here."""

    kind: Literal["transformers"]
    labels: PositiveInt
    side: Size
    mean: Mean | None = None
    std: Std | None = None


class OwnModel(Record):
    """A class without arguments of a file of the course; `weights` are read into it."""

    kind: Literal["module"]
    file: FileName
    name: Annotated[str, Field(alias="class")]
    weights: FileName | None = None
    labels: PositiveInt
    side: Size
    mean: Mean = MEAN
    std: Std = STD


class Preprocessor(BaseModel):
    """What `preprocessor_config.json` says of colours."""

    do_normalize: bool = True
    image_mean: Mean
    image_std: Std


def open_homework(model: HomeworkModel, place: Path) -> Classifier:
    """Open the homework's shape."""
    return build_homework(place.with_name(model.weights), labels=model.labels, side=model.side)


def open_torchvision(model: TorchvisionModel, place: Path) -> Network:
    """Open a model of torchvision; its weights are never drawn first."""
    from torchvision import models

    known = models.list_models(module=models)
    if model.name not in known:
        raise FixableError(Fault((str(place), "name"), f"{model.name!r}; expected {suggest(model.name, known)}"))
    with torch.device("meta"):
        body = models.get_model(model.name, weights=None, num_classes=model.labels)
    _fill(body, place.with_name(model.weights))
    return Network(body, labels=model.labels, side=model.side, mean=model.mean, std=model.std)


def open_transformers(model: TransformersModel, place: Path) -> Network:
    """Open an image classifier of transformers; nothing is downloaded, and no code but the package's is run."""
    from transformers import AutoModelForImageClassification

    folder, auto = place.parent, AutoModelForImageClassification
    if not (folder / "config.json").is_file():
        raise FixableError(f"{folder}: no config.json; expected an image classifier in the Hugging Face format")
    try:
        settings = {"local_files_only": True, "use_safetensors": True, "trust_remote_code": False}
        with silence():
            body, notes = auto.from_pretrained(folder, output_loading_info=True, dtype=torch.float32, **settings)
    except Exception as error:  # whatever the library makes of a folder that is none, or damaged
        says = f"{_shorten(error)}; expected an image classifier in the Hugging Face format, its weights as safetensors"
        raise FixableError(Fault((str(folder),), says)) from None
    if missing := sorted(notes["missing_keys"]):
        raise FixableError(f"{folder}: no weights {', '.join(missing)}; expected those of {type(body).__name__}")
    if model.mean is not None and model.std is not None:
        return Network(body, labels=model.labels, side=model.side, mean=model.mean, std=model.std)
    path = folder / "preprocessor_config.json"
    colours = parse_as(Preprocessor, load_yaml(path), str(path))
    mean, std = (colours.image_mean, colours.image_std) if colours.do_normalize else (MEAN, STD)
    return Network(body, labels=model.labels, side=model.side, mean=mean, std=std)


class _Uncached(SourceFileLoader):
    """Runs the file that the manifest has the sha256 of: no compiled one beside it is read, and none is written."""

    def get_code(self, fullname: str) -> Any:
        return self.source_to_code(self.get_data(self.path), self.path)


def open_module(model: OwnModel, place: Path) -> Network:
    """Open a class of the course's own file, by running the file."""
    path = place.with_name(model.file)
    name = f"course_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path, loader=_Uncached(name, str(path)))
    try:
        if spec is None or spec.loader is None:
            raise ImportError("not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[module.__name__] = module  # as an import does: classes look for their module
        spec.loader.exec_module(module)
        body = getattr(module, model.name)()
    except Exception as error:  # the course's own code
        says = f"{type(error).__name__}: {_shorten(error)}; expected a class {model.name!r} that needs no arguments"
        raise FixableError(Fault((str(path),), says)) from None
    if not isinstance(body, nn.Module):
        says = f"{model.name}() is a {type(body).__name__}; expected a torch.nn.Module"
        raise FixableError(Fault((str(path),), says))
    if model.weights is not None:
        _fill(body, place.with_name(model.weights))
    return Network(body, labels=model.labels, side=model.side, mean=model.mean, std=model.std)


KINDS: Mapping[str, tuple[type[Record], Callable[[Any, Path], Classifier | Network]]] = {
    "homework": (HomeworkModel, open_homework),
    "torchvision": (TorchvisionModel, open_torchvision),
    "transformers": (TransformersModel, open_transformers),
    "module": (OwnModel, open_module),
}


def load_kind(place: Path, device: torch.device | str, dtype: torch.dtype) -> Classifier | Network:
    """Open the classifier that a `model.yaml` describes, in evaluation mode, its weights frozen, and try it out.

    FixableError where a field, a weight, the side or the number of labels is not what it says.
    """
    data = load_yaml(place)
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise FixableError(Fault((str(place), "kind"), f"{kind!r}; expected {suggest(str(kind), KINDS)}"))
    record, opener = KINDS[kind]
    model = opener(parse_as(record, data, str(place)), place)
    model.to(device=device, dtype=dtype).eval().requires_grad_(False)
    check_all(_find_faults(model, place, torch.zeros(1, 3, *model.size, device=device, dtype=dtype)))
    return model


def _fill(body: nn.Module, path: Path) -> None:
    weights, wanted = read_weights(path), body.state_dict()
    check_all(find_weight_faults(path, weights, wanted))
    counters = {name: torch.zeros((), dtype=torch.int64) for name in wanted if name.endswith(COUNTER)}
    body.load_state_dict(counters | weights, assign=True)


@torch.no_grad()
def _find_faults(model: Classifier | Network, place: Path, picture: Tensor) -> list[Fault]:
    """Return what is wrong with mode, side, labels or weights, by running a picture."""
    if parts := find_training_parts(model):
        says = f"stays in training mode after eval() ({', '.join(parts[:3])}); expected a module that leaves it"
        return [Fault((str(place), "kind"), says)]
    try:
        found = model(picture)
    except Exception as error:  # whatever a model makes of a picture that it was not built for
        side = " x ".join(map(str, sorted(set(model.size), key=model.size.index)))
        says = f"{side}; expected a side that the model takes ({_shorten(error)})"
        return [Fault((str(place), "side"), says)]
    shape = tuple(getattr(found, "shape", ()))
    if shape != (1, model.labels):
        return [Fault((str(place), "labels"), f"{model.labels}; expected those that the model gives, it gives {shape}")]
    if not found.isfinite().all():
        return [Fault((str(place), "weights"), "the logits of a black picture are not finite; expected whole weights")]
    return []


def _shorten(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
