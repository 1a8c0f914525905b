"""What the explanations of LIME and saliency tell beyond their claims is so, on every seed."""

from typing import get_args

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from assignment.course import open_course
from assignment.models.classifier import load_classifier
from assignment.outputs import Outputs
from questions.canonical import list_seeds, load_canonical
from questions.measures.arguments import Label
from questions.measures.classifier import lead_of_truth, probability
from questions.measures.lime import Side, lime_agreement, lime_cross_weight, lime_largest, lime_net
from questions.measures.maps import area_inside, density_inside, map_agreement, mass_inside, scale

DAIRY, DESSERT, EGG, MEAT, SEAFOOD = 1, 2, 3, 5, 8


@pytest.fixture(scope="module", params=list_seeds(open_course()))
def outputs(request: pytest.FixtureRequest) -> Outputs:
    return load_canonical(open_course(), request.param)


def _predict(picture: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the CNN's probabilities (labels,) of a picture (H, W, 3) in [0, 1]."""
    model = load_classifier(open_course().profile.classifier_file, device="cpu", dtype=torch.float32)
    with torch.no_grad():
        scores = model(torch.from_numpy(picture).permute(2, 0, 1)[None].float())
    return torch.softmax(scores, dim=1)[0].numpy()


def _paint(outputs: Outputs, picture: int) -> NDArray[np.floating]:
    """Return a picture (H, W, 3) with every piece in its own mean colour."""
    values, pieces = open_course().profile.pictures[picture] / 255, outputs["lime", "segments"][picture]
    area = np.bincount(pieces.ravel())
    means = [np.bincount(pieces.ravel(), weights=values[..., channel].ravel()) / area for channel in range(3)]
    return np.stack([mean[pieces] for mean in means], axis=-1)


def test_hidden_pictures_are_what_the_explanations_say(outputs: Outputs) -> None:
    assert _predict(np.full((128, 128, 3), 0.5))[DAIRY] == pytest.approx(0.93, abs=0.005)  # lime-2 e, lime-3 c
    assert _predict(_paint(outputs, 4))[MEAT] == pytest.approx(0.96, abs=0.005)  # lime-4 c
    assert _predict(_paint(outputs, 3))[EGG] > 0.9995  # lime-4 d


def test_weights_are_as_large_as_the_explanations_say(outputs: Outputs) -> None:
    def largest(picture: int, label: Label = "truth") -> float:
        return max(lime_largest(outputs, picture=picture, label=label, side=side) for side in get_args(Side))

    assert largest(1) < 0.002  # lime-3 c
    assert largest(0, EGG) < 0.05  # lime-3 d
    assert lime_agreement(outputs, picture=0, label=EGG, second="weights_again") == pytest.approx(0.54, abs=0.015)
    assert lime_largest(outputs, picture=7) < 0.24  # lime-1 a
    assert lime_cross_weight(outputs, picture=5, other=SEAFOOD) == pytest.approx(-0.7, abs=0.05)  # lime-2 a
    assert lime_net(outputs, picture=0, region="food") < -0.1  # lime-2 c: the cheese speaks against Dairy product
    seafood, dessert = (lime_net(outputs, picture=8, region="food", label=label) for label in ("truth", DESSERT))
    assert 0.6 < seafood / dessert < 1.5  # lime-2 d: "by about as much"
    assert -0.85 < lime_net(outputs, picture=6, region="food", label=DAIRY) < -0.7  # lime-2 e
    painted = np.nanmax(np.abs(outputs["lime", "weights_mean"]), axis=2)[np.arange(10), outputs["pictures", "label"]]
    assert painted[3] < 0.001  # lime-4 d
    assert painted[4] < 0.02  # lime-4 c
    assert largest(0) / 10 < painted[0] < largest(0) / 7  # lime-4 e: "to an eighth"
    hide, seed = (lime_agreement(outputs, picture=5, second=run) for run in ("weights_mean", "weights_again"))
    assert hide > seed  # lime-4 a
    assert len(np.unique(outputs["lime", "segments"][5])) == 48  # lime-3 e


def test_maps_are_as_the_explanations_say(outputs: Outputs) -> None:
    def share(picture: int, region: str = "food", array: str = "map") -> float:
        return mass_inside(outputs, analysis="saliency", picture=picture, region=region, array=array)

    def size(picture: int, array: str = "map") -> float:
        return 10 ** scale(outputs, analysis="saliency", picture=picture, array=array)

    areas = [area_inside(outputs, picture=picture, region="food") for picture in range(10)]
    assert areas[1] > areas[2]  # saliency-1
    assert all(share(picture, "tray") > share(picture) for picture in (6, 7))
    brightness = [density_inside(outputs, analysis="saliency", picture=picture, region="food") for picture in range(10)]
    assert brightness[0] > 2 > 1.3 > brightness[8]
    assert brightness[5] > brightness[9]
    assert brightness[3] > brightness[4]
    assert lead_of_truth(outputs, picture=8) < 0 < lead_of_truth(outputs, picture=2)  # saliency-2 b
    assert map_agreement(outputs, analysis="saliency", picture=7, array="probability", other="loss") > 0.9999
    assert size(2, "probability") == pytest.approx(0.95, abs=0.005)
    assert size(9, "probability") < 1e-6
    assert min(range(10), key=size) == 8  # saliency-3 c: the least steep
    assert probability(outputs, picture=6, label=7) == pytest.approx(0.001, abs=0.0005)  # saliency-4 c
    assert probability(outputs, picture=9) > 0.9999  # saliency-5 a
