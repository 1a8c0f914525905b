"""The themes of the slides: what a question may be about, by the analysis and the slide that ask for it."""

from dataclasses import dataclass
from typing import Literal, get_args

from assignment.assignment import Bilingual

Theme = Literal[
    "lime_pieces",
    "lime_samples",
    "saliency_where",
    "saliency_limits",
    "smoothgrad_noise",
    "smoothgrad_copies",
    "filters_maps",
    "filters_ascent",
    "attribution_baseline",
    "attribution_sum",
    "heads_functions",
    "heads_prediction",
    "layers_answer",
    "layers_tuning",
    "words_senses",
    "words_layers",
]


@dataclass(frozen=True)
class ThemeEntry:
    """A theme: whose analysis, on which slide, and what it is about."""

    analysis: str
    slide: str
    about: Bilingual


THEMES: dict[Theme, ThemeEntry] = {
    "lime_pieces": ThemeEntry(
        "lime", "Lime", Bilingual(en="which pieces speak for a label", zh="哪些小塊支持一個類別")
    ),
    "lime_samples": ThemeEntry(
        "lime", "Lime", Bilingual(en="masked copies, seeds, what hides a piece", zh="遮蔽副本、種子與遮蔽的顏色")
    ),
    "saliency_where": ThemeEntry(
        "saliency", "Saliency Map", Bilingual(en="where a gradient is large", zh="梯度大在哪裡")
    ),
    "saliency_limits": ThemeEntry(
        "saliency", "Saliency Map", Bilingual(en="what a saliency map cannot say", zh="顯著圖說不了什麼")
    ),
    "smoothgrad_noise": ThemeEntry("smoothgrad", "Smooth Grad", Bilingual(en="how much noise", zh="雜訊的大小")),
    "smoothgrad_copies": ThemeEntry(
        "smoothgrad", "Smooth Grad", Bilingual(en="noise against the number of copies", zh="雜訊與副本數")
    ),
    "filters_maps": ThemeEntry(
        "filters",
        "Filter Visualization",
        Bilingual(en="where early and late filters are active", zh="淺層與深層濾波器在哪裡活躍"),
    ),
    "filters_ascent": ThemeEntry(
        "filters", "Filter Visualization", Bilingual(en="what gradient ascent finds", zh="梯度上升找到什麼")
    ),
    "attribution_baseline": ThemeEntry(
        "integrated_gradients", "Integrated Gradients", Bilingual(en="which baseline", zh="選哪一張基準圖")
    ),
    "attribution_sum": ThemeEntry(
        "integrated_gradients",
        "Integrated Gradients",
        Bilingual(en="what adds up to the logit", zh="什麼加起來等於 logit"),
    ),
    "heads_functions": ThemeEntry(
        "attention", "Attention Visualization (1)", Bilingual(en="functions of heads", zh="各個頭的功能")
    ),
    "heads_prediction": ThemeEntry(
        "attention",
        "Attention Visualization (2)",
        Bilingual(en="how a masked word is predicted", zh="被遮住的詞如何預測"),
    ),
    "layers_answer": ThemeEntry(
        "embedding_pca",
        "Embedding Visualization (1)",
        Bilingual(en="how a BERT answers a question", zh="BERT 如何回答問題"),
    ),
    "layers_tuning": ThemeEntry(
        "embedding_pca",
        "Embedding Visualization (2)",
        Bilingual(en="before and after fine-tuning", zh="微調前後的變化"),
    ),
    "words_senses": ThemeEntry(
        "embedding_distance", "Embedding Analysis (1)", Bilingual(en="one word in two senses", zh="同一個詞的兩種意思")
    ),
    "words_layers": ThemeEntry(
        "embedding_distance",
        "Embedding Analysis (2)",
        Bilingual(en="layers, distance against cosine", zh="各層，距離與餘弦相似度"),
    ),
}
assert set(THEMES) == set(get_args(Theme))
