"""Phrases of all measures, and how an argument is told that stands in none of their braces.

Such an argument stands apart (`ADJUNCTS`): where, or with which setting, the number is looked at.
"""

from questions.explore.drafts.phrase import Phrase
from questions.explore.drafts.picture_phrases import OF_PICTURES
from questions.explore.drafts.text_phrases import OF_TEXTS

PHRASES: dict[str, Phrase] = OF_PICTURES | OF_TEXTS
ADJUNCTS: dict[str, tuple[str, str, str]] = {  # argument -> English; Chinese, and what follows it before a comma
    "text": ("in sentence {}", "句子 {}", "中"),
    "picture": ("in picture {}", "圖 {}", "中"),
    "passage": ("in passage {}", "短文 {}", "中"),
    "reader": ("for {}", "{}", ""),
    "layer": ("in layer {}", "第 {} 層", ""),
    "word": ("for {}", "{}", ""),
    "array": ("in {}", "{}", ""),
    "baseline": ("with baseline = {}", "baseline = {} ", "時"),
    "steps": ("with steps = {}", "steps = {} ", "時"),
    "sigma": ("with `sigma={}`", "`sigma={}` ", "時"),
}
