"""Three tokenizers as the models of the world have them, each with a small vocabulary that stands here in full.

WordPiece takes Chinese character by character, as BERT does; byte-level BPE has a blank before its words, as RoBERTa
has; Unigram marks the beginnings of words, as ALBERT and XLM-R do, and has Chinese words of several characters.
"""

from collections.abc import Callable

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
ASCII = tuple(map(chr, range(33, 127)))
HAN = "我喜歡吃蘋果今天發表新手機他在銀行存錢小狗公園跑說好她的很舊「」。"
WORDS = ("the", "key", "under", "door", "are", "old", "cat", "dog", "saw", "an", "and", "cafe", "latte", "paid")
BPE_WORDS = (*("Ġ" + word for word in (*WORDS, "keys", "She", "drank")), "don", "'t", "Ada", "The")
UNIGRAM_WORDS = (*("▁" + word for word in (*WORDS, "keys", "Keys", "don", "café")), "cat.", "'t", "t.")
HAN_WORDS = ("蘋果", "喜歡", "銀行", "小狗", "今天", "手機")


def make_wordpiece() -> PreTrainedTokenizerFast:
    pieces = [*SPECIAL, *WORDS, *HAN, *(sign for sign in ASCII if not sign.isupper()), "##s"]
    pieces += ["##" + letter for letter in "abcdefghijklmnopqrtuvwxyz0123456789"]
    tokenizer = Tokenizer(models.WordPiece({p: i for i, p in enumerate(dict.fromkeys(pieces))}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return _finish(tokenizer)


def make_bpe() -> PreTrainedTokenizerFast:
    whole = [*BPE_WORDS, *map(_to_bytes, HAN)]
    merges = list(dict.fromkeys((word[:i], word[i]) for word in whole for i in range(1, len(word))))
    merges += [(_to_bytes(one), _to_bytes(other)) for one, other in ("蘋果", "很舊")]
    pieces = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet()), *(one + other for one, other in merges)]
    tokenizer = Tokenizer(models.BPE({p: i for i, p in enumerate(dict.fromkeys(pieces))}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return _finish(tokenizer)


def _to_bytes(text: str) -> str:
    (found,) = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(text)
    return str(found[0])


def make_unigram() -> PreTrainedTokenizerFast:
    pieces: list[tuple[str, float]] = [(sign, 0.0) for sign in SPECIAL]
    pieces += [(sign, -8.0) for sign in (*ASCII, "▁", "é", *HAN)] + [(p, -5.0) for p in (*UNIGRAM_WORDS, *HAN_WORDS)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=1))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return _finish(tokenizer)


def _finish(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    numbers = [(sign, SPECIAL.index(sign)) for sign in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=numbers
    )
    names = ("pad_token", "unk_token", "cls_token", "sep_token")
    mask = AddedToken("[MASK]", lstrip=True, special=True)  # the blank before it is its own, as in RoBERTa and ALBERT
    named = dict(zip(names, SPECIAL, strict=False)) | {"mask_token": mask}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named)


TOKENIZERS: dict[str, Callable[[], PreTrainedTokenizerFast]] = {
    "wordpiece": make_wordpiece,
    "bpe": make_bpe,
    "unigram": make_unigram,
}
