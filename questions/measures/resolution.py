"""What a student can tell apart: the last digit that the notebook prints of a measure, or what an eye sees in a figure.

A choice's distance from its bound in these units says how hard it is to read: below 1 nobody can tell.
"""

_PRINTED: dict[float, tuple[str, ...]] = {
    0.001: (
        *("probability", "lead_of_truth", "word_probability", "probability_left", "lime_net"),
        *("roughness", "smoothgrad_roughness_ratio"),
        *("state_comparison", "meaning_gap", "meaning_ratio", "meaning_within"),
    ),
    0.01: (
        *("attribution_sum", "attribution_against", "attribution_rise", "attribution_gap"),
        *("lime_share", "lime_weight_against", "lime_agreement"),
        *("mass_inside", "brightest_mass", "map_agreement", "smoothgrad_kept", "smoothgrad_mass_shift"),
        *("activation_mean", "activation_zero", "activation_largest", "gain_over_pictures"),
        *("ascent_progress", "ascent_ratio", "ascent_agreement", "ascent_cross"),
        *("attention_share", "attention_largest", "best_score"),
        *("variance_kept", "variance_gain", "answer_apart", "question_near", "question_preference", "nearest_same"),
    ),
    0.02: ("scale", "spread"),  # two digits of the largest value, as a logarithm
    0.1: ("head_gain",),  # a share of two decimals over another
    0.5: ("lime_shared_top",),  # a count, against a bound between two whole numbers
}
_SEEN: dict[float, tuple[str, ...]] = {
    0.03: ("ascent_roughness",),
    0.05: ("area_inside", "brightest_inside", "lime_largest", "lime_cross_weight"),  # off a colour bar
    0.2: ("density_inside", "answer_token_apart"),
    0.5: ("lime_top_inside", "heads_above", "logit"),  # counts, and a logit that nobody prints
}
RESOLUTION: dict[str, float] = {
    name: unit for its in (_PRINTED, _SEEN) for unit, names in its.items() for name in names
}
