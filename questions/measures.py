"""The registry of measures: name -> pure function `f(outputs, *, ...) -> float`.

A measure gives the number that a claim compares with a bound. Its keyword arguments carry the types that the bank's
YAML is checked against when it is read (`claim.py`). A new one is a function on a shelf `measures_<topic>.py` and a
line here.
"""

from collections.abc import Callable

from questions import (
    measures_attention,
    measures_attribution,
    measures_classifier,
    measures_distance,
    measures_filters,
    measures_lime,
    measures_map,
    measures_pca,
    measures_smoothgrad,
)

Measure = Callable[..., float]

MEASURES: dict[str, Measure] = {
    measure.__name__: measure
    for measure in (
        measures_attribution.attribution_sum,
        measures_attribution.attribution_against,
        measures_attribution.attribution_rise,
        measures_attribution.attribution_gap,
        measures_classifier.probability,
        measures_classifier.logit,
        measures_classifier.lead_of_truth,
        measures_lime.lime_share,
        measures_lime.lime_net,
        measures_lime.lime_top_inside,
        measures_lime.lime_weight_against,
        measures_lime.lime_largest,
        measures_lime.lime_agreement,
        measures_lime.lime_shared_top,
        measures_lime.lime_cross_weight,
        measures_map.mass_inside,
        measures_map.density_inside,
        measures_map.area_inside,
        measures_map.brightest_inside,
        measures_map.brightest_mass,
        measures_map.scale,
        measures_map.spread,
        measures_map.map_agreement,
        measures_map.roughness,
        measures_smoothgrad.smoothgrad_kept,
        measures_smoothgrad.smoothgrad_roughness_ratio,
        measures_smoothgrad.smoothgrad_mass_shift,
        measures_filters.activation_mean,
        measures_filters.activation_zero,
        measures_filters.activation_largest,
        measures_filters.gain_over_pictures,
        measures_filters.ascent_progress,
        measures_filters.ascent_ratio,
        measures_filters.ascent_agreement,
        measures_filters.ascent_roughness,
        measures_filters.ascent_cross,
        measures_attention.attention_share,
        measures_attention.attention_largest,
        measures_attention.head_gain,
        measures_attention.best_score,
        measures_attention.heads_above,
        measures_attention.word_probability,
        measures_attention.probability_left,
        measures_pca.variance_kept,
        measures_pca.variance_gain,
        measures_pca.answer_apart,
        measures_pca.answer_token_apart,
        measures_pca.question_near,
        measures_pca.question_preference,
        measures_distance.state_comparison,
        measures_distance.meaning_gap,
        measures_distance.meaning_ratio,
        measures_distance.meaning_within,
        measures_distance.nearest_same,
    )
}
