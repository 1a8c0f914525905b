"""Every word that the grader says of a hand-in: what it means, for the TA and for the student, in both languages.

`tone` decides the colour of its chip: good, fine (nothing to do), look (a person should look), bad. A chip always
shows its word too, so nobody has to tell colours apart.
"""

from dataclasses import dataclass
from typing import Literal

from assignment.assignment import Bilingual
from grader.scoring.verdict import SENTENCES

Tone = Literal["good", "fine", "look", "bad"]


@dataclass(frozen=True)
class WordEntry:
    """A word's chip and its sentence."""

    tone: Tone
    label: Bilingual
    says: Bilingual


def _word(tone: Tone, en: str, zh: str, says_en: str, says_zh: str) -> WordEntry:
    return WordEntry(tone, Bilingual(en=en, zh=zh), Bilingual(en=says_en, zh=says_zh))


HANDIN_WORDS: dict[str, WordEntry] = {
    "missing": _word("bad", "missing", "未繳交", "No notebook was handed in.", "沒有繳交 notebook。"),
    "not_a_notebook": _word(
        "bad", "not a notebook", "不是 notebook", "What was handed in is not a notebook.", "繳交的檔案不是 notebook。"
    ),
    "two_notebooks": _word(
        "bad",
        "two notebooks",
        "兩份 notebook",
        "More than one notebook was handed in, so none was graded.",
        "繳交了不只一份 notebook，因此未評分。",
    ),
    "broken": _word(
        "bad", "broken file", "檔案損毀", "The notebook's file cannot be read.", "notebook 檔案損毀，無法讀取。"
    ),
    "bad_name": _word("bad", "bad file name", "檔名不符", "The file's name is not a student's id.", "檔名不是學號。"),
    "no_answers": _word(
        "bad",
        "no answers",
        "沒有答案",
        "The notebook has no readable answers = {...} cell.",
        "notebook 中沒有可讀取的 answers = {...} 儲存格。",
    ),
    "no_response": _word(
        "bad",
        "no response",
        "沒有作答測驗",
        "The quiz's responses have no row of this student, so every question is blank.",
        "測驗的作答紀錄中沒有這位學生，因此每一題都視為未作答。",
    ),
    "late": _word(
        "bad", "late", "遲交", "It was handed in after the deadline and earns no points.", "在期限之後繳交，不予計分。"
    ),
    "late_accepted": _word(
        "bad",
        "late, points off",
        "遲交扣分",
        "It was handed in after the deadline; points are taken off for each day begun.",
        "在期限之後繳交；每遲一天（不足一天以一天計）扣分。",
    ),
    "excused": _word(
        "fine", "excused", "免評", "The student is excused and counted in no statistics.", "獲准免評，不列入統計。"
    ),
}

RUN_WORDS: dict[str, WordEntry] = {
    "ran": _word("good", "ran", "執行完成", "The notebook ran to its end.", "notebook 已從頭到尾執行完成。"),
    "failed": _word(
        "look",
        "failed",
        "執行失敗",
        "A cell failed, or the notebook stopped before its end. This alone costs no points.",
        "有儲存格發生錯誤，或 notebook 未能執行到最後；這件事本身不會扣分。",
    ),
    "timed_out": _word(
        "look",
        "timed out",
        "執行逾時",
        "The notebook took too long and was stopped. This alone costs no points.",
        "notebook 執行過久而被停止；這件事本身不會扣分。",
    ),
    "lost": _word(
        "look",
        "lost",
        "結果遺失",
        "The run ended without a result. A person will look at it; this costs no points.",
        "執行沒有留下結果，將由助教查看；不會因此扣分。",
    ),
    "not_run": _word("fine", "not run", "未執行", "The notebook was not run.", "notebook 沒有被執行。"),
}

EVIDENCE_WORDS: dict[str, WordEntry] = {
    "edited": _word(
        "look",
        "edited",
        "官方儲存格被修改",
        "Cells that belong to the homework were changed or removed. This alone costs no points.",
        "作業原有的儲存格被修改或刪除；這件事本身不會扣分。",
    ),
    "agrees": _word(
        "good", "agrees", "相符", "The saved arrays agree with the reference.", "儲存的陣列與參考結果相符。"
    ),
    "differs": _word(
        "look",
        "differs",
        "不同",
        "Some saved arrays differ from the reference. This alone costs no points.",
        "部分儲存的陣列與參考結果不同；這件事本身不會扣分。",
    ),
    "outputs_missing": _word(
        "look",
        "no outputs",
        "缺少輸出",
        "Some arrays were not saved. This alone costs no points.",
        "部分陣列沒有被儲存；這件事本身不會扣分。",
    ),
    "outputs_unreadable": _word(
        "look",
        "unreadable outputs",
        "輸出無法讀取",
        "Some saved arrays cannot be read. This alone costs no points.",
        "部分儲存的陣列無法讀取；這件事本身不會扣分。",
    ),
}

WORDS: dict[str, WordEntry] = HANDIN_WORDS | RUN_WORDS | EVIDENCE_WORDS

VERDICT_WORDS: dict[str, WordEntry] = {
    "right": WordEntry("good", Bilingual(en="right", zh="正確"), SENTENCES["right"]),
    "wrong": WordEntry("bad", Bilingual(en="wrong", zh="錯誤"), SENTENCES["wrong"]),
    "blank": WordEntry("fine", Bilingual(en="blank", zh="未作答"), SENTENCES["blank"]),
    "unreadable": WordEntry("bad", Bilingual(en="unreadable", zh="無法讀取"), SENTENCES["unreadable"]),
    "void": WordEntry("fine", Bilingual(en="void", zh="不計分"), SENTENCES["void"]),
}

AGREEMENT_WORDS: dict[str, WordEntry] = {
    "agrees": EVIDENCE_WORDS["agrees"],
    "differs": EVIDENCE_WORDS["differs"],
    "missing": _word("look", "missing", "缺少", "It was not saved.", "沒有被儲存。"),
    "unreadable": _word("look", "unreadable", "無法讀取", "The file is not what it should be.", "檔案內容不符合規定。"),
}
