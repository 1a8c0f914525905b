"""Why a person must look at a hand-in before its points are final: one sentence for each reason, in both languages."""

from collections.abc import Iterator

from assignment.agreement.agree import Agreement
from assignment.assignment import Bilingual
from grader.scoring.evidence import Evidence
from grader.scoring.handin_record import HandinProblem
from grader.scoring.verdict import Verdict
from grader.scoring.words import WORDS

DEPARTURES = {
    "differs": ("differ from the canonical ones", "與參考結果不同"),
    "missing": ("were not saved", "沒有被儲存"),
    "unreadable": ("cannot be read", "無法讀取"),
}


ENDINGS = {
    "exception": ("a cell raised an error", "儲存格發生錯誤"),
    "kernel_died": ("its kernel ended", "核心（kernel）中止"),
    "memory": ("it took more memory than allowed", "使用的記憶體超過上限"),
    "gpu_memory": ("it took more GPU memory than there was for it", "使用的 GPU 記憶體超過可用的量"),
    "files": ("it wrote more, or larger, files than allowed", "寫入的檔案超過上限"),
    "output": ("it printed or drew more than allowed", "輸出內容超過上限"),
    "message": ("its kernel sent what no kernel sends", "核心（kernel）送出不合規定的訊息"),
    "cell_time": ("one cell ran too long", "單一儲存格執行過久"),
    "notebook_time": ("all cells together ran too long", "整份 notebook 執行過久"),
    "cpu_time": ("it took more processor time than allowed", "使用的處理器時間超過上限"),
}


def list_reasons(
    problem: HandinProblem | None,
    run: Evidence,
    agreements: tuple[Agreement, ...],
    verdicts: tuple[Verdict, ...],
    *,
    to_run: bool = True,
) -> tuple[Bilingual, ...]:
    """Return why a person must look at this hand-in; nothing when nobody must. `to_run`: there should be a Run."""
    reasons = [*_list_sheet_reasons(problem, verdicts), *_list_run_reasons(run), *_list_cell_reasons(run)]
    if run.word == "ran" or run.kept_going:
        reasons += _list_output_reasons(agreements)
    if run.word == "not_run" and to_run and not problem:
        reasons.append(WORDS["not_run"].says)
    return tuple(reasons)


def _list_sheet_reasons(problem: HandinProblem | None, verdicts: tuple[Verdict, ...]) -> Iterator[Bilingual]:
    unread = ", ".join(verdict.item for verdict in verdicts if verdict.word == "unreadable")
    if problem:
        yield WORDS[problem].says
    elif unread:
        yield Bilingual(en=f"Unreadable answers: {unread}.", zh=f"無法讀取的答案：{unread}。")


def _list_run_reasons(run: Evidence) -> Iterator[Bilingual]:
    label = WORDS[run.word].label
    why_en, why_zh = ENDINGS.get(run.reason or "", (run.reason or "no reason known", run.reason or "原因不明"))
    if run.word in ("failed", "timed_out"):
        where_en = f" in cell {run.cell} (from 0, texts counted)" if run.cell is not None else ""
        where_zh = f"（第 {run.cell} 格，從 0 算起，文字格也算）" if run.cell is not None else ""
        on_en, on_zh = (" It ran on to its end.", "其後仍執行到最後。") if run.kept_going else ("", "")
        yield Bilingual(
            en=f"The run {label.en}{where_en}: {why_en}.{on_en}", zh=f"{label.zh}{where_zh}：{why_zh}。{on_zh}"
        )
    if run.word == "lost":
        yield Bilingual(
            en="The run left no result, which a notebook can also cause on purpose.",
            zh="執行沒有留下結果；notebook 也可能故意造成這種情況。",
        )


def _list_cell_reasons(run: Evidence) -> Iterator[Bilingual]:
    for names, en, zh in (
        (run.edited, "edited", "被修改"),
        (run.removed, "missing", "不見了"),
        (run.moved, "moved or doubled", "被移動或重複"),
    ):
        if names:
            listed = ", ".join(names)
            yield Bilingual(en=f"Official cells were {en}: {listed}.", zh=f"官方儲存格{zh}：{listed}。")


def _list_output_reasons(agreements: tuple[Agreement, ...]) -> Iterator[Bilingual]:
    for group, word in dict.fromkeys((one.group, one.word) for one in agreements if one.word in DEPARTURES):
        en, zh = DEPARTURES[word]
        name = _name_outputs(group, [one for one in agreements if one.group == group], word)
        yield Bilingual(en=f"Outputs of {name} {en}.", zh=f"{name} 的輸出{zh}。")


def _name_outputs(group: str, agreements: list[Agreement], word: str) -> str:
    """Return a group's name, and those of its arrays where some of them were saved and others not."""
    absent = dict.fromkeys(one.array for one in agreements if one.word == "missing")
    if word != "missing" or len(absent) == len({one.array for one in agreements}):
        return group
    return ", ".join(f"{group}.{array}" for array in absent)
