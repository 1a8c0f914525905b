"""The registry of measures: name -> pure function `f(outputs, *, ...) -> float`.

A measure gives the number that a claim compares with a bound. Its keyword arguments carry the types that the bank's
YAML is checked against when it is read (`claim.py`). A new one is a function in the file of its analysis and a
line here.
"""

from collections.abc import Callable

from questions.measures import (
    attention,
    classifier,
    embedding_distance,
    embedding_pca,
    filters,
    integrated_gradients,
    lime,
    maps,
    smoothgrad,
)

Measure = Callable[..., float]

MEASURES: dict[str, Measure] = {
    measure.__name__: measure
    for measure in (
        integrated_gradients.attribution_sum,
        integrated_gradients.attribution_against,
        integrated_gradients.attribution_rise,
        integrated_gradients.attribution_gap,
        classifier.probability,
        classifier.logit,
        classifier.lead_of_truth,
        lime.lime_share,
        lime.lime_net,
        lime.lime_top_inside,
        lime.lime_weight_against,
        lime.lime_largest,
        lime.lime_agreement,
        lime.lime_shared_top,
        lime.lime_cross_weight,
        maps.mass_inside,
        maps.density_inside,
        maps.area_inside,
        maps.brightest_inside,
        maps.brightest_mass,
        maps.scale,
        maps.spread,
        maps.map_agreement,
        maps.roughness,
        smoothgrad.smoothgrad_kept,
        smoothgrad.smoothgrad_roughness_ratio,
        smoothgrad.smoothgrad_mass_shift,
        filters.activation_mean,
        filters.activation_zero,
        filters.activation_largest,
        filters.gain_over_pictures,
        filters.ascent_progress,
        filters.ascent_ratio,
        filters.ascent_agreement,
        filters.ascent_roughness,
        filters.ascent_cross,
        attention.attention_share,
        attention.attention_largest,
        attention.head_gain,
        attention.best_score,
        attention.heads_above,
        attention.word_probability,
        attention.probability_left,
        embedding_pca.variance_kept,
        embedding_pca.variance_gain,
        embedding_pca.answer_apart,
        embedding_pca.answer_token_apart,
        embedding_pca.question_near,
        embedding_pca.question_preference,
        embedding_distance.state_comparison,
        embedding_distance.meaning_gap,
        embedding_distance.meaning_ratio,
        embedding_distance.meaning_within,
        embedding_distance.nearest_same,
    )
}
