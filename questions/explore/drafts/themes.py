"""Which of the slides' themes a family is about: its measure's own, or what its runs, layers and readers vary."""

from collections.abc import Iterable

from questions.explore.drafts.families import Family
from questions.explore.drafts.naming import Naming
from questions.explore.drafts.phrases import PHRASES
from questions.themes import THEMES, Theme

_OF_MAPS: dict[str, dict[str, Theme]] = {  # of the measures of maps, by analysis
    "saliency": {"": "saliency_where", "scale": "saliency_limits", "spread": "saliency_limits",
                 "map_agreement": "saliency_limits", "roughness": "saliency_limits"},
    "smoothgrad": {"": "smoothgrad_copies"},
    "integrated_gradients": {"": "attribution_baseline"},
}  # fmt: skip
_CHANGES: dict[str, Theme] = {  # an experiment that changes this is about that
    "sigma": "smoothgrad_noise",
    "copies": "smoothgrad_copies",
    "baseline": "attribution_baseline",
    "samples": "lime_samples",
    "hide": "lime_samples",
}


def list_themes(analysis: str) -> list[Theme]:
    """Return the themes of an analysis.

    >>> list_themes("lime")
    ['lime_pieces', 'lime_samples']
    """
    return [name for name, entry in THEMES.items() if entry.analysis == analysis]


def find_theme(family: Family, analysis: str, naming: Naming) -> Theme | None:
    """Return what a family is about; None where its theme is another analysis's."""
    varied = {family.subject, family.contrast}
    if analysis == "embedding_distance" and "layer" in varied:
        return "words_layers"
    if analysis == "embedding_pca" and "reader" in varied:
        return "layers_tuning"
    changed = [_CHANGES[key] for key in _list_changes(family, naming) if key in _CHANGES]
    its = _OF_MAPS.get(analysis, {})
    found = changed[0] if changed else PHRASES[family.measure].theme or its.get(family.measure) or its.get("")
    return found if found is not None and THEMES[found].analysis == analysis else None


def _list_changes(family: Family, naming: Naming) -> Iterable[str]:
    for member in family.members[:1]:
        for value in (member.one, member.two):
            placement = value.placement if value else {}
            for name, run in placement.items():
                group = naming.find_group(family.measure, name, placement)
                yield from naming.list_changes(group, run) if group and isinstance(run, str) else ()
