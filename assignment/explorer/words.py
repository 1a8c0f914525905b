"""Every word that the explorer says, in both languages; `{name}` is filled in by its script.

What BERT calls [CLS], [SEP], [UNK] and [MASK], `name_signs` calls as the model's own tokenizer does, such as <s>.

`problem.` words answer what cannot be shown; `function.` words name what heads are measured for: a function without a
word of its own is shown by its name.
"""

from typing import Any

from assignment.assignment import Bilingual

SIGNS = {"[CLS]": "cls_token", "[SEP]": "sep_token", "[UNK]": "unk_token", "[MASK]": "mask_token"}


def _say(en: str, zh: str) -> Bilingual:
    return Bilingual(en=en, zh=zh)


FORM_WORDS: dict[str, Bilingual] = {
    "language": _say("Language", "語言"),
    "sentence": _say("Sentence", "句子"),
    "second": _say("Second text", "第二段文字"),
    "samples": _say("Sample sentences", "範例句子"),
    "choose": _say("choose …", "請選擇……"),
    "show": _say("Show", "顯示"),
    "help": _say("Keys, and how to read this", "快捷鍵與說明"),
    "layer": _say("Layer", "層"),
    "layer_of": _say("Layer {layer} (0 to {last})", "第 {layer} 層（0 到 {last}）"),
    "previous_layer": _say("previous layer", "上一層"),
    "next_layer": _say("next layer", "下一層"),
    "heads": _say("Heads", "注意力頭"),
    "head_at": _say("layer {layer}, head {head}", "第 {layer} 層第 {head} 個頭"),
    "all": _say("all", "全部"),
    "threshold": _say("Draw lines from", "只畫出不小於"),
    "separators": _say("leave out [CLS] and [SEP]", "不計 [CLS] 與 [SEP]"),
    "mask": _say("Mask word", "遮蔽字詞"),
    "unmask": _say("Unmask word", "取消遮蔽"),
    "clear": _say("Clear masks", "清除所有遮蔽"),
}

READING_WORDS: dict[str, Bilingual] = {
    "drawn": _say(
        "{count} of {all} lines are drawn: {share} of the attention. Numbers are never left out.",
        "畫出 {all} 條線中的 {count} 條，占注意力的 {share}。數字一律完整列出。",
    ),
    "drawn_from": _say(
        "“{token}” attends: {count} of {all} lines are drawn, {share} of its attention.",
        "「{token}」看向的 {all} 條線中畫出 {count} 條，占其注意力的 {share}。",
    ),
    "drawn_to": _say(
        "“{token}” is attended to: {count} of {all} lines are drawn, {share} of what it receives.",
        "看向「{token}」的 {all} 條線中畫出 {count} 條，占其所受注意力的 {share}。",
    ),
    "mean": _say("Numbers: mean of the {count} chosen heads.", "數字為所選 {count} 個注意力頭的平均。"),
    "scaled": _say(
        "Separators, {share} of the attention, are left out and the rest is scaled up to add up to 1.",
        "已略去分隔符號（占注意力的 {share}），其餘按比例放大，使總和為 1。",
    ),
    "coarse": _say(
        "“{token}” gives only {share} to words: after scaling, its numbers are coarse.",
        "「{token}」只有 {share} 的注意力給字詞，放大後的數字較粗略。",
    ),
    "who_attends": _say("who attends to “{token}”", "誰看向「{token}」"),
    "where_attends": _say("where “{token}” attends", "「{token}」看向哪裡"),
    "from": _say("each token attends …", "每個 token 看向……"),
    "to": _say("… to these (mean received)", "……這些 token（平均所受）"),
    "hint": _say("Point at a token, or press Tab and the arrow keys.", "將游標移到 token 上，或按 Tab 與方向鍵。"),
    "unknown": _say("not in the vocabulary: the model reads [UNK]", "不在詞彙表中：模型讀到的是 [UNK]"),
    "masked": _say("masked", "已遮蔽"),
    "mask_sign": _say("[MASK]", "[MASK]"),
    "predictions": _say("Masked words", "被遮蔽的字詞"),
    "mask_hint": _say(
        "Double-click a token, or press m on it, to hide its word and see what the model expects there.",
        "雙擊 token 或按 m 遮蔽該字詞，看模型預測什麼。",
    ),
    "expected": _say("in place of “{word}”", "「{word}」的位置"),
    "expected_given": _say("at [MASK]", "[MASK] 的位置"),
    "true_word": _say(
        "“{word}” has {probability}, rank {rank} of {count}.",
        "「{word}」的機率為 {probability}，在 {count} 個詞中排第 {rank}。",
    ),
    "no_true_word": _say(
        "The text itself says [MASK]: no word is the true one.", "文字本身就是 [MASK]，沒有正確答案。"
    ),
    "measured": _say("What the chosen heads do", "所選注意力頭的功能"),
    "layer_head": _say("layer·head", "層·頭"),
    "outstanding": _say("{name} {score} (chance\u00a0{chance})", "{name} {score}（隨機 {chance}）"),
    "nothing_above": _say("none of the functions above chance", "各功能都不高於隨機"),
    "measured_note": _say(
        "Share of attention on each target, measured over many sentences; chance: attending everywhere alike.",
        "在許多句子上量得的注意力占比；隨機：平均分配注意力時的值。",
    ),
    "which": _say("Which head attends to", "哪個注意力頭看向"),
    "none": _say("no function chosen", "未選擇功能"),
    "chance": _say("chance", "隨機"),
    "chance_is": _say("Best first; chance is {chance}.", "由高到低；隨機值為 {chance}。"),
    "function.previous": _say("the previous token", "前一個 token"),
    "function.next": _say("the next token", "下一個 token"),
    "function.itself": _say("itself", "自己"),
    "function.same_word": _say("the same word elsewhere", "別處的相同字詞"),
    "function.separator": _say("separators", "分隔符號"),
    "function.punctuation": _say("punctuation", "標點符號"),
    "function.coreference": _say("a pronoun’s antecedent", "代名詞所指"),
    "function.agreement": _say("a verb’s subject", "動詞的主詞"),
}

HELP_WORDS: dict[str, Bilingual] = {
    "key.move": _say("go to another token", "移動到其他 token"),
    "key.side": _say("left: where it attends; right: who attends to it", "左欄：它看向哪裡；右欄：誰看向它"),
    "key.pin": _say("pin the token (a click does too)", "固定該 token（點一下也可以）"),
    "key.layer": _say("layer before, layer after", "上一層、下一層"),
    "key.head": _say("choose a head by number; with Shift add or remove it", "按編號選擇注意力頭；加按 Shift 為增減"),
    "key.all": _say("all heads", "全部的頭"),
    "key.mask": _say("mask the word (a double click does too)", "遮蔽該字詞（雙擊也可以）"),
    "key.clear": _say("let go of the pin, then of the masks", "先取消固定，再清除遮蔽"),
    "key.help": _say("show or hide this", "顯示或隱藏本說明"),
    "reading": _say(
        "A line from a token on the left to one on the right is attention: what the head on the left token reads from "
        "the right one. Each left token gives 1 in all. Attention is stored in steps of 1/255. It says where a head "
        "reads, not what the prediction rests on: for that, mask a word and see what changes.",
        "左側 token 到右側 token 的線就是注意力：注意力頭在左側 token 上從右側讀取多少。每個左側 token 給出的"
        "總和為 1。數值以 1/255 為單位儲存。注意力說明讀取的位置，不等於預測的依據；要知道依據，請遮蔽字詞並觀察變化。",
    ),
}

PROBLEM_WORDS: dict[str, Bilingual] = {
    "problem.empty": _say("There is no sentence yet: type one.", "還沒有句子，請輸入。"),
    "problem.too_long": _say(
        "The text has {count} pieces with [CLS] and [SEP]; the model reads at most {limit}. Shorten it.",
        "文字連同 [CLS] 與 [SEP] 共有 {count} 個 token，模型最多讀 {limit} 個，請縮短。",
    ),
    "problem.not_a_word": _say(
        "[CLS] and [SEP] are not words and cannot be masked.", "[CLS] 與 [SEP] 不是字詞，無法遮蔽。"
    ),
    "problem.no_words": _say(
        "This model answers questions and predicts no words: nothing can be masked.",
        "這個模型回答問題，不預測字詞，因此無法遮蔽。",
    ),
    "problem.only_these": _say(
        "This page holds only its sample sentences: choose one of them. The notebook shows any sentence.",
        "這個網頁只有範例句子，請從中選擇。在 notebook 中可以看任何句子。",
    ),
    "problem.two_masks": _say(
        "This page holds at most two masked words at once: unmask one first. The notebook masks any number.",
        "這個網頁最多同時遮蔽兩個字詞，請先取消一個。在 notebook 中則不限。",
    ),
    "problem.silent": _say(
        "Python does not answer: is the kernel running? Run the cell again.",
        "Python 沒有回應：kernel 在執行嗎？請重新執行儲存格。",
    ),
    "still_shown": _say("Below is still “{text}”", "下方仍是「{text}」"),
}

WORDS: dict[str, Bilingual] = FORM_WORDS | READING_WORDS | HELP_WORDS | PROBLEM_WORDS


def name_signs(tokenizer: Any) -> dict[str, dict[str, str]]:
    """Return every word by name and language, the signs in it called as a tokenizer calls them where it has them."""
    own = {sign: getattr(tokenizer, name, None) or sign for sign, name in SIGNS.items()}

    def call(text: str) -> str:
        for sign, its in own.items():
            text = text.replace(sign, its)
        return text

    return {name: {"en": call(says.en), "zh": call(says.zh)} for name, says in WORDS.items()}
