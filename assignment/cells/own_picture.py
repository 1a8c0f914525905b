"""A picture of the student's own, through the five analyses of the CNN as the notebook's cells define them.

Nothing is saved and no name of the notebook changes: its own functions are run on a copy of its names, in which the
pictures are the one picture.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps

from assignment.cells.figures import (
    AFTER_RELU,
    name_label,
    show_activations,
    show_lime,
    show_maps,
    show_pictures,
    show_signed_maps,
)
from assignment.files.foreign import read_file
from assignment.fixable import FixableError

Array = NDArray[Any]
MOST_PICTURE = 64 * 2**20  # bytes of a picture's file
NEEDED = (
    *("model", "pictures", "inputs", "lime", "saliency", "smoothgrad", "integrated_gradients", "activation_maps"),
    "FILTERS",
)
TITLE = "own picture 自己的圖片"  # over one picture stands no longer one
SCALE = "own scale ｜ 各有刻度"
HINT = (
    "No picture is chosen: upload one, or write a file's name into own_picture and run this cell again.\n"
    "尚未選擇圖片：請上傳一張，或把檔名寫進 own_picture 後重新執行這個儲存格。"
)
EARLIER = "Run the cells above first. 請先執行上面的儲存格。"


def explain_own_picture(file: str | None, names: Mapping[str, Any]) -> str:
    """Draw the analyses of a picture file, and return what is to be said; without one how to choose one, and a button.

    names: the notebook's, `globals()`. What cannot be read is said, and is no error: the notebook runs on.
    """
    if missing := [name for name in NEEDED if name not in names]:
        return f"{EARLIER} ({', '.join(missing)})"
    if file is None:
        _offer_upload(names)
        return HINT
    try:
        data = read_file(Path(file), MOST_PICTURE)
    except OSError as error:
        return f"{file}: {error.strerror}; expected a picture beside this notebook ｜ 找不到或無法讀取這個檔案"
    return _explain(file, data, names)


def prepare_picture(data: bytes, height: int, width: int) -> Array:
    """Return a picture's pixels (height, width, 3) uint8: turned as its camera says, its middle cut out, resized.

    FixableError where the bytes are no picture, or one of more than 179 million pixels.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = str(error).partition(": <")[0].partition("<")[0].strip() or type(error).__name__
        raise FixableError(
            f"{reason}; expected a JPEG or PNG picture ｜ 無法讀取這張圖片，請使用 JPEG 或 PNG"
        ) from None
    return np.asarray(ImageOps.fit(upright, (width, height), Image.Resampling.LANCZOS))


def show_own_picture(picture: Array, names: Mapping[str, Any]) -> str:
    """Draw what the five analyses say of a picture (H, W, 3) uint8, asked about the label that the CNN gives it.

    Returns that label and its probability.
    """
    device, pictures = names["inputs"].device, picture[None]
    inputs = torch.tensor(pictures).to(device).permute(0, 3, 1, 2).float() / 255
    its = rebind(names, pictures=pictures, inputs=inputs)
    with torch.no_grad():
        probabilities = torch.softmax(its["model"](inputs), dim=1)
    labels = probabilities.argmax(dim=1)
    label, layers = int(labels), its["FILTERS"]
    said = f"{name_label(label)} {float(probabilities.max()):.3f}"
    show_pictures(pictures, [f"CNN: {said}"], TITLE)
    pieces, weights = its["lime"](0)
    show_lime(pictures, pieces[None], weights[None, label], [said], "LIME", says=SCALE)
    maps = [its["saliency"](inputs, labels).cpu().numpy()[0], its["smoothgrad"](inputs, labels)[0][0]]
    show_maps(picture[None].repeat(2, axis=0), np.stack(maps), ["saliency 顯著圖", "SmoothGrad"], TITLE, says=SCALE)
    attribution, _ = its["integrated_gradients"](inputs, labels)
    show_signed_maps(pictures, attribution, [f"integrated gradients\n{said}"], "積分梯度", says=SCALE)
    active = [its["activation_maps"](inputs, layer, filters).cpu().numpy()[0] for layer, filters in layers.items()]
    titles = [[f"layer 層 {layer}\nfilter 濾波器 {k}" for k in filters] for layer, filters in layers.items()]
    says = AFTER_RELU if all(isinstance(layer, int) for layer in layers) else SCALE
    show_activations(picture, active, titles, f"activation maps 活化圖 ｜ {TITLE}", says=says)
    return said


def rebind(names: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    r"""Return a copy of a module's or notebook's names with some changed; the functions in it read the copy.

    >>> names = {}
    >>> exec("x = 1\ndef double(): return 2 * x", names)
    >>> rebind(names, x=5)["double"](), names["double"]()
    (10, 2)
    """
    copied = {**names, **changed}
    for name, one in names.items():
        if isinstance(one, FunctionType) and one.__globals__ is names and name not in changed:
            twin = FunctionType(one.__code__, copied, one.__name__, one.__defaults__, one.__closure__)
            twin.__kwdefaults__ = one.__kwdefaults__
            copied[name] = twin
    return copied


def _explain(name: str, data: bytes, names: Mapping[str, Any]) -> str:
    try:
        picture = prepare_picture(data, *names["pictures"].shape[1:3])
    except FixableError as error:
        return f"{name}: {error}"
    return f"{name}: {show_own_picture(picture, names)}"


def _offer_upload(names: Mapping[str, Any]) -> None:
    """Put a button below the cell that takes a picture; nothing where there are no widgets."""
    try:
        from IPython.display import display
        from ipywidgets import FileUpload, Output
    except ImportError:
        return
    button, output = FileUpload(accept="image/*", multiple=False, description="picture 圖片"), Output()

    def take(change: Mapping[str, Any]) -> None:
        found = change["new"]
        if isinstance(found, dict):  # before ipywidgets 8
            found = [{"name": name, "content": one["content"]} for name, one in found.items()]
        output.clear_output()
        with output:
            for one in found:
                said = _explain(one["name"], bytes(one["content"]), names)
                display({"text/plain": said}, raw=True)  # type: ignore[no-untyped-call]

    button.observe(take, names="value")
    display(button, output)  # type: ignore[no-untyped-call]
