"""How often the BERTs of profile `mini` are right on held-out text: masked words by phenomenon, answers by sentence."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

import torch
from torch import Tensor
from transformers import PreTrainedModel

from assignment.making.bert.data import Example, lay_out, stack, to_question
from assignment.making.language.passage import FACTS, QUESTIONS, Passage, write_passage
from assignment.making.language.sentence import Sentence
from assignment.making.language.vocabulary import Encoder
from assignment.making.language.words import ANIMATE, THINGS
from assignment.making.language.write import PHENOMENA, is_held_out
from assignment.models.bert import find_spans

_SEED = 1_000_000
_DRAWS = 5000  # for each sentence that is wanted
Case = tuple[Sentence, int]  # a sentence and the word of it that is masked


@dataclass(frozen=True)
class BertFigures:
    """Shares in [0, 1] by what they are shares of, in the order in which they are said."""

    of: str
    shares: Mapping[str, float]

    def lines(self) -> list[str]:
        """Say each figure in a line."""
        return [f"{self.of}, {name}: {share:.3f}" for name, share in self.shares.items()]


def write_held_out(phenomenon: str, count: int, wanted: Callable[[Sentence], bool] = bool) -> list[Sentence]:
    """Write different sentences that no training has seen; ValueError where the grammar has too few of them."""
    random, found = Random(_SEED), dict[tuple[str, ...], Sentence]()
    for _ in range(_DRAWS * count):
        sentence = PHENOMENA[phenomenon](random)
        if is_held_out(sentence.words) and wanted(sentence):
            found[sentence.words] = sentence
        if len(found) == count:
            return list(found.values())
    raise ValueError(f"{phenomenon}: {len(found)} different sentences; expected {count}, more than there are")


def write_held_out_passages(count: int) -> list[Passage]:
    """Write passages with questions that no training has seen."""

    def write() -> Iterator[Passage]:
        random = Random(_SEED)
        while True:
            passage = write_passage(random)
            if is_held_out(passage.question + passage.words):
                yield passage

    return list(islice(write(), count))


def list_cases(count: int) -> dict[str, list[Case]]:
    """Return what is measured: sentences with the word that is masked, by phenomenon."""
    half = count // 2
    agreement, attracted = write_held_out("agreement", half), write_held_out("agreement", half, _is_attracted)
    coreference = write_held_out("coreference", count)
    because = write_held_out("coreference", half, lambda sentence: "because" in sentence.words)
    jobs = write_held_out("coreference", half, lambda sentence: "said" in sentence.words[8:])
    sense = write_held_out("sense", half, lambda sentence: bool(sentence.senses))
    kind = write_held_out("sense", 60, lambda sentence: bool(set(sentence.targets) - {i for i, _ in sentence.senses}))
    relation = write_held_out("relation", 24)
    return {
        "agreement (is, were, has, do, ...)": [(s, s.targets[0]) for s in agreement],
        "agreement across a noun of the other number": [(s, s.targets[0]) for s in attracted],
        "sense (the word of two meanings)": [(s, s.senses[0][0]) for s in sense],
        "sense (what kind of thing it is)": [(s, s.targets[-1]) for s in kind],
        "coreference (she, himself, their, it, ...)": [(s, s.targets[0]) for s in coreference],
        "coreference by the verb before because": [(s, s.targets[0]) for s in because],
        "coreference by the job in the sentence before": [(s, s.targets[0]) for s in jobs],
        "relation (job, thing, place)": [(s, i) for s in relation for i in s.targets],
    }


def _is_attracted(sentence: Sentence) -> bool:
    plurals, nouns = {*ANIMATE.values(), *THINGS.values()}, {*ANIMATE, *THINGS, *ANIMATE.values(), *THINGS.values()}
    (link,) = sentence.links
    between = sentence.words[min(link.word, link.to) + 1 : max(link.word, link.to)]
    plural = sentence.words[link.to] in plurals
    return any(word in nouns and (word in plurals) != plural for word in between)


def measure_masked(model: PreTrainedModel, encoder: Encoder, count: int) -> BertFigures:
    """Measure how often the most probable word is the masked one; words of several pieces are left out."""
    shares = {}
    for name, cases in list_cases(count).items():
        whole = [(s, i) for s, i in cases if len(encoder.split(s.words[i])) == 1]
        right = torch.cat([_mark_right(model, encoder, whole[i : i + 100]) for i in range(0, len(whole), 100)])
        shares[f"{name}, {len(whole)} cases"] = float(right.double().mean())
    return BertFigures("masked word right", shares)


def _mark_right(model: PreTrainedModel, encoder: Encoder, cases: Sequence[Case]) -> Tensor:
    items, places, truth = [], [], []
    for sentence, word in cases:
        laid = lay_out(encoder, sentence.words)
        place = laid.spans[word][0]
        pieces = [encoder.mask if i == place else piece for i, piece in enumerate(laid.pieces)]
        items.append(Example(pieces, laid.segments, []))
        places.append(place)
        truth.append(laid.pieces[place])
    batch = stack(items, encoder.pad)
    with torch.inference_mode():
        logits = model(batch.pieces, attention_mask=batch.read, token_type_ids=batch.segments).logits
    right: Tensor = logits[torch.arange(len(cases)), torch.tensor(places)].argmax(-1) == torch.tensor(truth)
    return right


def measure_answers(model: PreTrainedModel, encoder: Encoder, count: int) -> BertFigures:
    """Measure how often the answer is exactly right: in all, by the sentence it lies in, by what is asked."""
    passages = write_held_out_passages(count)
    right = torch.cat([_mark_answered(model, encoder, passages[i : i + 100]) for i in range(0, count, 100)]).tolist()
    shares = {"all": sum(right) / count}
    for fact in range(FACTS):
        its = [hit for hit, passage in zip(right, passages, strict=True) if passage.fact == fact]
        shares[f"answer in sentence {fact}"] = sum(its) / len(its)
    for about in QUESTIONS:
        its = [hit for hit, passage in zip(right, passages, strict=True) if passage.about == about]
        shares[f"question about {about}"] = sum(its) / len(its)
    return BertFigures("exact match", shares)


def _mark_answered(model: PreTrainedModel, encoder: Encoder, passages: Sequence[Passage]) -> Tensor:
    batch = stack([to_question(encoder, passage) for passage in passages], encoder.pad)
    with torch.inference_mode():
        out = model(batch.pieces, attention_mask=batch.read, token_type_ids=batch.segments)
    allowed = (batch.segments == 1) & (batch.pieces != encoder.separator)
    return (find_spans(out.start_logits, out.end_logits, allowed) == batch.answers).all(dim=1)
