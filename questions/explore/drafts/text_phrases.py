"""Phrases of the measures of texts: attention, and the embeddings of passages and words."""

from questions.explore.drafts.phrase import Phrase

_HEAD = ("head {head} of layer {layer}", "第 {layer} 層頭 {head}")

OF_TEXTS: dict[str, Phrase] = {
    "attention_share": Phrase(
        f"the share of its attention that {{word}} gives to {{to}} in {_HEAD[0]}",
        f"{_HEAD[1]}之中，{{word}}給{{to}}的注意力比例",
        "heads_functions",
    ),
    "attention_largest": Phrase(
        f"the largest share of its attention that {{word}} gives to one token in {_HEAD[0]}",
        f"{_HEAD[1]}之中，{{word}}給單一 token 的最大注意力比例",
        "heads_functions",
    ),
    "head_gain": Phrase(
        f"the attention that {_HEAD[0]} gives to {{function}} as a multiple of an even head's",
        f"{_HEAD[1]}給{{function}}的注意力是平均分配的頭的倍數",
        "heads_functions",
    ),
    "best_score": Phrase(
        "the largest share that a head of {layer} gives to {function}",
        "{layer}的頭給{function}的最大比例",
        "heads_functions",
    ),
    "heads_above": Phrase(
        "the number of heads that give more than {share} of their attention to the targets of a function",
        "給某種功能的目標超過 {share} 注意力的頭數",
        "heads_functions",
    ),
    "word_probability": Phrase("the probability of {candidate}{array}", "{array}{candidate}的機率", "heads_prediction"),
    "probability_left": Phrase(
        "the probability of {hidden} with {word} hidden too",
        "再遮住{word}後，{hidden}的機率",
        "heads_prediction",
    ),
    "variance_kept": Phrase("the share of the variance that the drawing keeps", "圖上保留的變異比例", "layers_answer"),
    "variance_gain": Phrase(
        "the share of the variance in the drawing of {reader} less that in the drawing of {over}",
        "{reader} 的圖保留的變異比例減去 {over} 的",
        "layers_tuning",
    ),
    "answer_apart": Phrase(
        "the distance, in spreads, between the middle of {answer} and that of all other tokens",
        "以散布為單位，{answer}的中心與其餘 token 中心的距離",
        "layers_answer",
    ),
    "answer_token_apart": Phrase(
        "the distance, in spreads, between token {token} of the right answer and the middle of the tokens outside it",
        "以散布為單位，正確答案的 token {token} 與其餘 token 中心的距離",
        "layers_answer",
    ),
    "question_near": Phrase(
        "the mean distance between question and supporting sentence over that of all pairs",
        "問題與依據句的平均距離除以所有配對的平均距離",
        "layers_answer",
    ),
    "question_preference": Phrase(
        "the mean distance of the question from the supporting sentence over that from the other ones",
        "問題與依據句的平均距離除以與其他句的平均距離",
        "layers_answer",
    ),
    "state_comparison": Phrase(
        "the {array} of the states in sentences {sentence} and {other}",
        "句子 {sentence} 和 {other} 中狀態的{array}",
        "words_senses",
    ),
    "meaning_gap": Phrase(
        "the mean {array} between two meanings less that within one",
        "詞義不同的平均{array}減去詞義相同的",
        "words_senses",
    ),
    "meaning_ratio": Phrase(
        "the mean {array} between two meanings over that within one",
        "詞義不同的平均{array}除以詞義相同的",
        "words_senses",
    ),
    "meaning_within": Phrase("the mean {array} within one meaning", "詞義相同的平均{array}", "words_senses"),
    "nearest_same": Phrase(
        "the share of the sentences whose nearest other one by {array} has the same meaning",
        "依{array}最近的另一句詞義相同的句子比例",
        "words_senses",
    ),
}
