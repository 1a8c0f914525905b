"""The public API of the released notebook: what its cells import of `assignment`, module by module.

Frozen: once a class has a notebook, a name that is moved or taken away breaks every hand-in. A name may be added; one
goes only with a new course. The bundle and the sandbox's view are made of these modules and of what they import.
"""

from collections.abc import Mapping

NOTEBOOK_API: Mapping[str, tuple[str, ...]] = {
    "assignment.assignment": ("load_assignment",),
    "assignment.cells.figures": (
        "name_label",
        "name_picture",
        "set_style",
        "show_activations",
        "show_lime",
        "show_maps",
        "show_pictures",
        "show_signed_maps",
    ),
    "assignment.cells.models_brought": ("bring_models",),
    "assignment.cells.own_picture": ("explain_own_picture",),
    "assignment.cells.progress": ("tqdm",),
    "assignment.cells.scratch": (
        "describe_activations",
        "describe_attributions",
        "describe_maps",
        "describe_runs",
        "describe_shares",
    ),
    "assignment.cells.text_figures": (
        "show_distances",
        "show_head",
        "show_heads",
        "show_missing",
        "show_points",
    ),
    "assignment.cells.text_scratch": (
        "describe_groups",
        "describe_heads",
        "describe_hiding",
        "describe_meanings",
        "describe_pair",
        "describe_prediction",
    ),
    "assignment.explorer.explorer": ("Explorer",),
    "assignment.models.bert": (
        "find_span",
        "load_bert",
    ),
    "assignment.models.classifier": ("load_classifier",),
    "assignment.models.heads": (
        "find_all_targets",
        "find_chance",
        "score_heads",
    ),
    "assignment.models.reading": (
        "find_candidates",
        "list_vocabulary",
        "read",
    ),
    "assignment.models.roles": ("find_roles",),
    "assignment.outputs": ("save_group",),
    "assignment.profile": ("load_profile",),
    "assignment.selfcheck.own": ("describe_own_work",),
    "assignment.sheet.own": ("describe_own_sheet",),
}
