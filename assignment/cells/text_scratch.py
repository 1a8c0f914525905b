"""What the cells about texts print: what each head does, which words are predicted, how meanings lie apart."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assignment.arrays import ANSWER, OTHER, QUESTION, SUPPORT
from assignment.models.groups import (
    compute_apartness,
    compute_group_means,
    compute_nearest_share,
    compute_nearness,
    mark_between,
)

Array = NDArray[Any]
FUNCTION_NAMES = {
    "previous": "previous token 前一個詞",
    "next": "next token 後一個詞",
    "itself": "itself 自己",
    "same_word": "same word elsewhere 別處的同一個詞",
    "separator": "[CLS], [SEP] 分隔符號",
    "punctuation": "punctuation 標點",
    "coreference": "pronoun to whom it means 代名詞到所指",
    "agreement": "verb to its subject 動詞到主詞",
}


def describe_heads(scores: Mapping[str, Array], chance: Mapping[str, float]) -> str:
    """Say of each head (layers, heads) how much of its attention goes where a function looks, and what chance gives.

    >>> print(describe_heads({"next": np.array([[0.5, 0.25]])}, {"next": 0.125}))
    share of attention on the targets of a function; chance: of a head that attends everywhere alike
    落在各功能目標上的注意力比例；chance：若對所有 token 平均分配注意力
      next: next token 後一個詞
    layer 層  head 頭         next
              chance          0.12
           0       0          0.50
           0       1          0.25
    """
    lines = [
        "share of attention on the targets of a function; chance: of a head that attends everywhere alike",
        "落在各功能目標上的注意力比例；chance：若對所有 token 平均分配注意力",
        *(f"  {name}: {FUNCTION_NAMES[name]}" for name in scores),
        "layer 層  head 頭" + "".join(f"{name:>13}" for name in scores),
        f"{'chance':>16}" + "".join(f"{chance[name]:14.2f}"[1 if i else 0 :] for i, name in enumerate(scores)),
    ]
    for layer, head in np.ndindex(next(iter(scores.values())).shape):
        numbers = "".join(f"{score[layer, head]:14.2f}"[1 if i else 0 :] for i, score in enumerate(scores.values()))
        lines.append(f"{layer:8}{head:8}" + numbers)
    return "\n".join(lines)


def describe_prediction(
    vocabulary: Sequence[str], probability: Array, wanted: Sequence[str] | Mapping[str, int], count: int = 5
) -> str:
    """Name the most probable words (V,) of a hidden place, and the probability of the wanted ones.

    wanted: words of the vocabulary, or the number there of each.

    >>> print(describe_prediction(["he", "she", "it"], np.array([0.5, 0.375, 0.125]), ["it"], count=2))
    most probable 最可能的詞: he 0.500, she 0.375
    asked for 所問的詞: it 0.125 (number 第 3 名)
    """
    order = np.argsort(-probability, kind="stable")
    best = ", ".join(f"{vocabulary[i]} {probability[i]:.3f}" for i in order[:count])
    lines = [f"most probable 最可能的詞: {best}"]
    asked = []
    for word in wanted:
        index = wanted[word] if isinstance(wanted, Mapping) else list(vocabulary).index(word)
        rank = int(np.flatnonzero(order == index)[0]) + 1
        asked.append(f"{word} {probability[index]:.3f} (number 第 {rank} 名)")
    return "\n".join([*lines, f"asked for 所問的詞: {', '.join(asked)}"])


def describe_hiding(word: str, left: Mapping[str, float]) -> str:
    """Say which probability a hidden word keeps where one more word, told by number and name, is hidden too.

    >>> print(describe_hiding("he", {"0 tom": 0.5, "1 slept": 1.0}))
    with one more word hidden, he keeps ｜ 再遮住一個詞時，he 剩下的機率: 0 tom 0.500, 1 slept 1.000
    """
    kept = ", ".join(f"{name} {probability:.3f}" for name, probability in left.items())
    return f"with one more word hidden, {word} keeps ｜ 再遮住一個詞時，{word} 剩下的機率: {kept}"


def describe_meanings(matrices: Array, meanings: Array, *, nearest_is: str = "smallest") -> str:
    """Say layer by layer what the matrices (depths, N, N) give within one meaning (N,) and between two.

    nearest: of how many sentences the nearest other one has the same meaning; ties count in part. nearest_is:
    "smallest" for distances, "largest" for similarities.

    >>> print(describe_meanings(np.array([[[0.0, 1, 4], [1, 0, 2], [4, 2, 0]]]), np.array([0, 0, 1])))
    difference: other meaning minus same meaning
    nearest: share of sentences whose nearest other sentence has the same meaning; ties count in part
    差：異義減同義；最近：有多少比例的句子，離它最近的另一句與它詞義相同；同樣近時按比例計
    layer 層   same meaning 同義   other meaning 異義   difference 差   nearest 最近
           0             1.000              3.000           2.000         0.67
    """
    lines = [
        "difference: other meaning minus same meaning",
        "nearest: share of sentences whose nearest other sentence has the same meaning; ties count in part",
        "差：異義減同義；最近：有多少比例的句子，離它最近的另一句與它詞義相同；同樣近時按比例計",
        "layer 層   same meaning 同義   other meaning 異義   difference 差   nearest 最近",
    ]
    for depth, matrix in enumerate(matrices):
        one, two = compute_group_means(matrix, meanings)
        share = compute_nearest_share(-matrix if nearest_is == "largest" else matrix, meanings)
        lines.append(f"{depth:8} {one:17.3f} {two:18.3f} {two - one:15.3f} {share:12.2f}")
    return "\n".join(lines)


def describe_pair(matrices: Array, one: int, other: int) -> str:
    """Say layer by layer what the matrices (depths, N, N) give for two of the N sentences.

    >>> print(describe_pair(np.array([[[0.0, 1], [1, 0]], [[0, 2.5], [2.5, 0]]]), 0, 1))
    sentences 0 and 1 句子 0 與 1: layer 層 0 1.000, layer 層 1 2.500
    """
    numbers = ", ".join(f"layer 層 {depth} {matrix[one, other]:.3f}" for depth, matrix in enumerate(matrices))
    return f"sentences {one} and {other} 句子 {one} 與 {other}: {numbers}"


def describe_groups(points: Array, roles: Array, given: Array) -> str:
    """Say layer by layer how a passage's roles (L,) lie in the drawing, points (depths, L, 2).

    near, others: mean distance of the question from the sentence with the answer, and from the other sentences, over
    the mean distance of all tokens; apart: how far the answer's middle lies from that of all other tokens, in spreads
    of those; given: the same of the answer that the model gives, its first and last token (2,).

    >>> points = np.array([[[0.0, 0], [0, 2], [6, 0], [2, 0]]])
    >>> print(describe_groups(points, np.array([0, 1, 2, 3]), np.array([1, 1])))
    near: question to the sentence with the answer, others: question to the other sentences, over the mean of all pairs
    near：問題到含答案句子的距離；others：問題到其他句子的距離；兩者都除以所有兩兩距離的平均
    apart: right answer, given: the answer that this model gives; from the rest, in spreads of the rest
    apart：正確答案；given：這個模型給的答案；與其餘 token 的距離，以其餘的散布為單位
    layer 層     near   others    apart    given
           0     0.52     0.52     4.03     1.34
    """
    lines = [
        "near: question to the sentence with the answer, others: question to the other sentences, "
        "over the mean of all pairs",
        "near：問題到含答案句子的距離；others：問題到其他句子的距離；兩者都除以所有兩兩距離的平均",
        "apart: right answer, given: the answer that this model gives; from the rest, in spreads of the rest",
        "apart：正確答案；given：這個模型給的答案；與其餘 token 的距離，以其餘的散布為單位",
        "layer 層     near   others    apart    given",
    ]
    known = roles >= 0
    its_roles = roles[known]
    is_given = mark_between(len(roles), given)[known]
    for depth, every in enumerate(points):
        its = every[known]
        near, others = (compute_nearness(its, its_roles == QUESTION, its_roles == role) for role in (SUPPORT, OTHER))
        apart, far = compute_apartness(its, its_roles == ANSWER), compute_apartness(its, is_given)
        lines.append(f"{depth:8} {near:8.2f} {others:8.2f} {apart:8.2f} {far:8.2f}")
    return "\n".join(lines)
