"""Measures of the classifier's answers: what it says about a picture, and how sure it is."""

import numpy as np

from assignment.outputs import Outputs
from questions.measures import quantity
from questions.measures.arguments import Floats, Label, Picture, as_floats, to_label


def compute_probabilities(outputs: Outputs, picture: int) -> Floats:
    """Return the softmax of a picture's logits, one probability for each label.

    >>> compute_probabilities(Outputs({("pictures", "logits"): np.array([[5.0, 5.0]])}), 0).tolist()
    [0.5, 0.5]
    """
    row = as_floats(outputs["pictures", "logits"][picture])
    sizes = np.exp(row - row.max())
    return as_floats(sizes / sizes.sum())


def probability(outputs: Outputs, *, picture: Picture, label: Label = "truth") -> quantity.Probability:
    """Return the softmax probability of a label in a picture.

    >>> outputs = Outputs({("pictures", "logits"): np.log([[0.25, 0.75]])})
    >>> round(probability(outputs, picture=0, label=1), 9)
    0.75
    """
    return float(compute_probabilities(outputs, picture)[to_label(outputs, picture, label)])


def logit(outputs: Outputs, *, picture: Picture, label: Label = "truth") -> quantity.Logits:
    """Return the logit of a label in a picture.

    >>> logit(Outputs({("pictures", "logits"): np.array([[-1.0, 4.5]])}), picture=0, label=1)
    4.5
    """
    return float(outputs["pictures", "logits"][picture, to_label(outputs, picture, label)])


def lead_of_truth(outputs: Outputs, *, picture: Picture) -> quantity.ProbabilityGained:
    """Return the probability of the true label minus the largest other one: positive where the classifier is right.

    >>> outputs = Outputs({("pictures", "label"): np.array([0]), ("pictures", "logits"): np.log([[0.25, 0.75]])})
    >>> round(lead_of_truth(outputs, picture=0), 9)
    -0.5
    """
    row = compute_probabilities(outputs, picture)
    true = to_label(outputs, picture, "truth")
    return float(row[true] - np.delete(row, true).max())
