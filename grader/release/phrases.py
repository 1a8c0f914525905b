"""Numbers and lists as the notebook's sentences have them, in English and in Traditional Chinese."""

from collections.abc import Iterable, Sequence

from assignment.analyses import KNOWN_BASELINES, Label
from assignment.assignment import Bilingual

_ENGLISH = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_CHINESE = ["零", "一", "兩", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]
_BASELINES = {
    "black": Bilingual(en="a black picture", zh="全黑的圖"),
    "white": Bilingual(en="a white picture", zh="全白的圖"),
    "blurred": Bilingual(en="the picture without detail", zh="模糊後的圖"),
    "noise": Bilingual(en="noise", zh="雜訊"),
    "mean": Bilingual(en="the picture's mean colour", zh="圖片的平均色"),
}


def spell(count: int, noun: str) -> str:
    """Return how many there are of a thing, in English.

    >>> spell(10, "picture"), spell(1, "filter"), spell(40, "sentence")
    ('ten pictures', 'one filter', '40 sentences')
    """
    number = _ENGLISH[count] if count < len(_ENGLISH) else str(count)
    return f"{number} {noun}{'' if count == 1 else 's'}"


def spell_zh(count: int) -> str:
    """Return a number as it stands before a Chinese measure word.

    >>> spell_zh(2), spell_zh(10), spell_zh(40)
    ('兩', '十', ' 40 ')
    """
    return _CHINESE[count] if count < len(_CHINESE) else f" {count} "


def either(items: Iterable[object], mark: str = "") -> str:
    """Return a list whose last two are joined by `or`, each between two marks.

    >>> either((1, 4, 9)), either(["black"], "'"), either(range(2), '"')
    ('1, 4 or 9', "'black'", '"0" or "1"')
    """
    *most, last = (f"{mark}{item}{mark}" for item in items)
    return f"{', '.join(most)} or {last}" if most else last


def quote(items: Iterable[str]) -> str:
    """Return names as a notebook's reader types them.

    >>> quote(["black", "white"])
    '"black", "white"'
    """
    return ", ".join(f'"{item}"' for item in items)


def put_in_line(text: str) -> str:
    r"""Return a text without line breaks, as a comment may hold it.

    >>> put_in_line("apple\nimport os")
    'apple import os'
    """
    return " ".join(text.split())


def name_numbers(numbers: Sequence[int]) -> Bilingual:
    """Name questions by their numbers, which follow one another.

    >>> name_numbers([1, 2, 3]).en, name_numbers([5]).zh
    ('questions 1-3', '第 5 題')
    """
    if not numbers:
        return Bilingual(en="your own interest", zh="自由探索")
    if len(numbers) == 1:
        return Bilingual(en=f"question {numbers[0]}", zh=f"第 {numbers[0]} 題")
    return Bilingual(en=f"questions {numbers[0]}-{numbers[-1]}", zh=f"第 {numbers[0]}-{numbers[-1]} 題")


def name_label(label: Label) -> Bilingual:
    """Name the label whose output is explained.

    >>> name_label("truth").en, name_label(3).zh
    ('true label', '類別 3')
    """
    if label == "truth":
        return Bilingual(en="true label", zh="真實類別")
    if label == "runner_up":
        return Bilingual(en="strongest wrong label", zh="最強的錯誤類別")
    return Bilingual(en=f"label {label}", zh=f"類別 {label}")


def name_baseline(name: str) -> Bilingual:
    """Say what a baseline is; a course's own goes by its name."""
    return _BASELINES.get(name) or Bilingual(en=f'"{name}"', zh=f"「{name}」")


def list_baselines(used: Iterable[str]) -> tuple[str, ...]:
    """Return the baselines that the notebook has: the known ones, `mean` only where it is used, then the course's own.

    >>> list_baselines(["gold", "black"])
    ('black', 'white', 'blurred', 'noise', 'gold')
    """
    found = dict.fromkeys(used)
    known = [name for name in KNOWN_BASELINES if name != "mean" or name in found]
    return (*known, *(name for name in found if name not in KNOWN_BASELINES))
