"""What the notebook's source says of a course: the values of the names that stand there between {{ and }}.

Sizes, numbers and names come from the settings, the manifest, the texts and the bank. Sentences about the models are
the settings' own (`notebook:`), or neutral ones.
"""

from collections.abc import Callable, Mapping
from typing import Any

from assignment.analyses import FilterLayer, FiltersRun, Label
from assignment.assignment import Bilingual
from assignment.cells.models_brought import describe_wait
from assignment.course import Course
from assignment.fixable import Fault, check_all
from assignment.texts import WordSet
from grader.release.badge import to_link
from grader.release.hosted import pack_hosted
from grader.release.phrases import (
    either,
    list_baselines,
    name_baseline,
    name_label,
    name_numbers,
    put_in_line,
    quote,
    spell,
    spell_zh,
)
from questions.bank import Bank

ON_LABELS = ("lime", "saliency", "smoothgrad", "integrated_gradients")  # their scratch cells ask about a label
_BERT = "[{}](https://arxiv.org/abs/1810.04805)"


def list_facts(bank: Bank, course: Course) -> dict[str, Any]:
    """Return the value of every name; FixableError where `notebook:` names a picture or a label that is not there."""
    check_all(_find_faults(course))
    analyses = course.assignment.analyses
    return {
        **{name: getattr(analyses, name) for name in type(analyses).model_fields},
        **{one.__name__: one for one in (either, quote, spell, spell_zh)},
        **_describe_pictures(course),
        **_describe_filters(course),
        **_describe_baselines(course),
        **_describe_texts(course),
        "hosted": _describe_hosted(course),
        "title": course.assignment.title,
        "late": course.assignment.late_rule,
        "hide": None if analyses.lime.official.hide == "mean" else analyses.lime.official.hide,
        "seed": lambda runs: "SEED" if runs.official.seed == "own" else "SEED + 1",
        "whose": lambda runs: _to_code(runs.official.label),
        "whose_en": lambda runs: name_label(runs.official.label).en,
        "whose_zh": lambda runs: name_label(runs.official.label).zh,
        **_describe_questions(bank),
    }


def _find_faults(course: Course) -> list[Fault]:
    says, place = course.assignment.notebook, (str(course.settings), "notebook")
    pictures, labels = len(course.manifest.pictures), len(course.assignment.categories)
    faults = []
    if says.picture >= pictures:
        faults.append(Fault((*place, "picture"), f"{says.picture}; expected 0 to {pictures - 1}"))
    for name, label in says.labels.items():
        if name not in ON_LABELS:
            faults.append(Fault((*place, "labels"), f"{name!r}; expected some of {', '.join(ON_LABELS)}"))
        elif label >= labels:
            faults.append(Fault((*place, "labels", name), f"{label}; expected 0 to {labels - 1}"))
    return faults


def _to_code(label: Label) -> str:
    """Return the expression of the labels of all pictures."""
    if label == "truth":
        return "labels"
    if label == "runner_up":
        return "logits.scatter(1, labels[:, None], -torch.inf).argmax(dim=1)"
    return f"torch.full_like(labels, {label})"


def _describe_pictures(course: Course) -> dict[str, Any]:
    settings, pictures = course.assignment, course.manifest.pictures
    says, labels = settings.notebook, len(settings.categories)
    default = Bilingual(
        en=f"The model is a network that sorts pictures into {labels} categories (labels).",
        zh=f"模型是一個把圖片分成 {labels} 類的網路。",
    )
    return {
        "count": len(pictures),
        "height": settings.size.height,
        "width": settings.size.width,
        "labels": labels,
        "cnn": says.cnn or default,
        "look_at": says.picture,
        "other": lambda analysis: says.labels.get(analysis, pictures[says.picture].label),
    }


def _describe_filters(course: Course) -> dict[str, Any]:
    """Describe layers, which have numbers where the classifier is the homework's, and names where it is another."""
    its = course.assignment.analyses.filters
    each, named = len(its.shallow.filters), isinstance(its.shallow.layer, str)
    return {
        **{name: _get_layer(getattr(its, name)) for name in ("shallow", "middle", "deep")},
        "layers": its.layers,
        "each": each,
        "named": named,
        "layer_word": Bilingual(en="layer", zh="層") if named else Bilingual(en="convolution", zh="卷積"),
        "which_layer_zh": "哪一層" if named else "第幾個卷積層",
        "begin": _describe_start(its.official, each),
    }


def _get_layer(layer: FilterLayer) -> int | str:
    return layer.layer


def _describe_start(run: FiltersRun, each: int) -> dict[str, str]:
    if run.start == "noise":
        code = "white_noise()" if run.seed == "own" else "white_noise(seed=SEED + 1)"
        return {"en": "white noise", "zh": "白雜訊", "code": code}
    return {"en": f"picture {run.start}", "zh": f"圖 {run.start} ", "code": f"inputs[[{run.start}] * {each}]"}


def _describe_baselines(course: Course) -> dict[str, Any]:
    its = course.assignment.analyses.integrated_gradients
    runs = its.list_runs("map").values()
    names = list_baselines([*(run.baseline for run in runs), *its.rises, *its.baselines])
    hint = {"blurred": " (the picture without detail)", "mean": " (the picture's own)"}
    *most, last = (f'`"{name}"`{hint.get(name, "")}' for name in names)
    *most_zh, last_zh = ({"black": "全黑", "white": "全白"}.get(name) or name_baseline(name).zh for name in names)
    official = its.official.baseline
    says, short = name_baseline(official), {"black": "全黑", "white": "全白"}.get(official)
    return {
        "baselines": names,
        "baselines_expected": either(names, "'"),
        "baselines_en": f"{', '.join(most)} or {last}",
        "baselines_zh": f"{'、'.join(most_zh)}或{last_zh}",
        "base": {"en": says.en, "zh": says.zh, "short_en": official, "short_zh": short or says.zh},
        "has_files": any(hasattr(one, "file") for one in its.baselines.values()),
    }


def _describe_hosted(course: Course) -> dict[str, Any] | None:
    """Describe what the set-up brings where the notebook was opened alone; None where it brings nothing."""
    packed, says = pack_hosted(course), course.assignment.hosted
    if packed is None or says is None:
        return None
    return {
        "address": packed.address,
        "size": len(packed.data),
        "sha256": packed.sha256,
        "wait": describe_wait(len(packed.data)),
        "brought": describe_wait(packed.brought_bytes) if packed.brought else None,
        "link": to_link(says.notebook) if says.notebook else None,
    }


def _describe_texts(course: Course) -> dict[str, Any]:
    says, texts, readers = course.assignment.notebook, course.profile.texts, course.profile.reader_names
    others = bool(course.manifest.embeddings) and course.manifest.embeddings != course.manifest.masked
    return {
        "bert": says.bert
        or Bilingual(en=f"The models are {_BERT.format('BERTs')}.", zh=f"這裡的模型是 {_BERT.format('BERT')}："),
        **_describe_readers(len(readers)),
        "readers": readers,
        "sentences": len(texts.attention),
        "passages": len(texts.passages),
        "words": ", ".join(f"{number} {put_in_line(one.word)}" for number, one in enumerate(texts.words)),
        "words_note": says.words or _describe_words(texts.words),
        "embeddings": others,
        "word_bert": "word_bert" if others else "bert",
    }


def _describe_readers(count: int) -> dict[str, str]:
    number, models, number_zh = spell(count, "").removesuffix(" s"), spell(count, "model").capitalize(), spell_zh(count)
    if count == 1:
        return {
            "models_en": "One predicts hidden words; one answers questions.",
            "models_zh": "一個預測被遮住的詞，一個回答問題。",
            "readers_en": "One model reads the passages; find out what it does.",
            "readers_zh": "一個模型讀這些短文，請找出它做了什麼。",
        }
    return {
        "models_en": f"One predicts hidden words; {number} answer questions.",
        "models_zh": f"一個預測被遮住的詞，{number_zh}個回答問題。",
        "readers_en": f"{models} read the same passages; find out what was done to each.",
        "readers_zh": f"{number_zh}個模型讀同樣的短文，請找出它們各自經歷了什麼。",
    }


def _describe_words(words: tuple[WordSet, ...]) -> Bilingual:
    en = ", ".join(f"*{one.word}* ({', '.join(one.sentences)})" for one in words)
    zh = "、".join(f"{one.word}（{'、'.join(one.sentences)}）" for one in words)
    return Bilingual(en=f"The words here, and what they mean: {en}.", zh=f"這裡的詞與各自的意思：{zh}。")


def _describe_questions(bank: Bank) -> Mapping[str, Callable[[str], Any]]:
    def questions(analysis: str) -> Bilingual:
        return name_numbers([one.number for one in bank.questions if one.analysis == analysis])

    def asked(analysis: str) -> str:
        return f"{questions(analysis).en} {questions(analysis).zh}"

    return {"questions": questions, "asked": asked}
