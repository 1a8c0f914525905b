"""A folder in the Hugging Face format as an author has it: what is needed of it, and the licence on its card."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from assignment.fixable import MOST_YAML, Fault, FixableError, check_all, load_file, parse_yaml, show_value
from assignment.models.weights import read_weights, save_weights

CARD_NAME = "README.md"
CONFIG_NAME, WEIGHTS_NAME, OLD_WEIGHTS_NAME = "config.json", "model.safetensors", "pytorch_model.bin"
PARTS = ("model.safetensors.index.json", "model-*.safetensors")  # of weights in several files
COLOURS = ("preprocessor_config.json",)
TOKENIZER = (
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *("vocab.txt", "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model"),
)


def copy_pretrained(source: Path, place: Path, others: Iterable[str]) -> bool:
    """Copy configuration, weights and the files of these names; tell whether the weights had to be made safetensors.

    FixableError where there is no such folder, where one of the files is a link, or where the weights are a pickle with
    more in it, which is not run.
    """
    if not source.is_dir():
        says = f"{'not a' if source.exists() else 'no such'} folder; expected one in the Hugging Face format"
        raise FixableError(Fault((str(source),), says))
    wanted = [CONFIG_NAME, WEIGHTS_NAME, *PARTS, *others]
    found = [path for name in wanted for path in sorted(source.glob(name))]
    old = source / OLD_WEIGHTS_NAME
    converts = not any(path.suffix == ".safetensors" for path in found)
    links = [path for path in (*found, *([old] if converts else [])) if path.is_symlink()]
    says = "a link; expected a file (`cp -rL` copies what links lead to)"
    check_all(Fault((str(path),), says) for path in links)
    if not (source / CONFIG_NAME).is_file():
        raise FixableError(Fault((str(source),), f"no {CONFIG_NAME}; expected a folder in the Hugging Face format"))
    if converts and not old.is_file():
        raise FixableError(Fault((str(source),), f"no weights; expected {WEIGHTS_NAME} or {OLD_WEIGHTS_NAME}"))
    for path in found:
        shutil.copyfile(path, place / path.name)
    if converts:
        save_weights(read_weights(old), place / WEIGHTS_NAME)
    return converts


def read_licence(folder: Path) -> str | None:
    """Return the licence that a model card names in its front matter; None where there is no card, or none in it."""
    path = folder / CARD_NAME
    if not path.is_file():
        return None
    head = load_file(path, MOST_YAML, "a model card").decode(errors="replace").split("\n---", 1)[0]
    try:
        data = parse_yaml(head, str(path)) if head.startswith("---\n") else None
    except FixableError:
        data = None
    found = data.get("license") if isinstance(data, dict) else None
    return found if isinstance(found, str) else None


def find_licence(given: str | None, folder: Path) -> str:
    """Return the licence that was given, else that on the card; FixableError where neither says one."""
    found = given or read_licence(folder)
    if not found:
        says = f"missing; expected the licence of {show_value(folder.name)}, whose card names none"
        raise FixableError(Fault(("--licence",), says))
    return found
