"""BERTs brought into a course: only what is needed of a folder, each opened for its use before anything changes."""

import json
import os
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForMaskedLM

from assignment.authoring.manifest import load_draft
from assignment.authoring.models.bert import KIND_OF, import_bert
from assignment.authoring.models.new_folder import check_name
from assignment.authoring.models.pretrained import find_licence
from assignment.fixable import FixableError
from assignment.models.bert import load_bert
from tests.assignment.models.tiny_berts import save_tiny

RIGHTS = {"licence": "MIT", "source": "made for a test"}


def list_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def pickle_weights(found: Path, **more: Any) -> Path:
    """Store a folder's weights as the pickle that older ones have, tied ones shared."""
    model = AutoModelForMaskedLM.from_pretrained(found)
    (found / "model.safetensors").unlink()
    torch.save(model.state_dict() | more, found / "pytorch_model.bin")
    return found


@pytest.mark.parametrize(("use", "kind"), KIND_OF.items())
def test_each_use_has_its_slot_and_only_what_is_needed(folder: Path, tmp_path: Path, use: str, kind: str) -> None:
    found = save_tiny(tmp_path / "tiny", "bert", kind)
    (found / "training_args.bin").write_bytes(b"not needed")
    place = import_bert(folder, use, "tiny", found, **RIGHTS)
    draft = load_draft(folder)
    held = draft.data["readers"] if use == "reader" else [draft.data[use]]
    assert held == ["models/tiny"]
    files = {path.name for path in place.iterdir()}
    assert {one["path"] for one in draft.data["assets"]} == {f"models/tiny/{name}" for name in files}
    assert files == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    load_bert(place, kind)


def test_pickled_weights_become_safetensors_with_the_same_numbers(folder: Path, tmp_path: Path) -> None:
    found = save_tiny(tmp_path / "tiny", "bert", "masked")
    before = load_bert(found, "masked", dtype=torch.float32)
    size = (found / "model.safetensors").stat().st_size
    place = import_bert(folder, "masked", "tiny", pickle_weights(found), **RIGHTS)
    after = load_bert(place, "masked", dtype=torch.float32)
    its = before.tokenizer("the cat saw an old dog", return_tensors="pt")
    torch.testing.assert_close(after.model(**its).logits, before.model(**its).logits, rtol=0, atol=0)
    assert not (place / "pytorch_model.bin").exists()
    assert (place / "model.safetensors").stat().st_size < 1.1 * size  # what is tied is there once


class Marker:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def test_pickle_with_more_than_weights_is_refused_and_never_run(folder: Path, tmp_path: Path) -> None:
    found = pickle_weights(save_tiny(tmp_path / "tiny", "bert", "masked"), more=Marker(tmp_path / "executed"))
    before = list_files(folder)
    with pytest.raises(FixableError, match=r"pytorch_model\.bin: holds code \(posix\.mkdir\), which was not run"):
        import_bert(folder, "masked", "tiny", found, **RIGHTS)
    assert not (tmp_path / "executed").exists()
    assert list_files(folder) == before


def test_safetensors_header_of_two_gigabytes_is_refused(folder: Path, tmp_path: Path) -> None:
    found = save_tiny(tmp_path / "tiny", "bert", "masked")
    (found / "model.safetensors").write_bytes(struct.pack("<Q", 2 << 30) + b'{"a": 1}' + b" " * 100)
    with pytest.raises(FixableError, match=r"tiny: .*header.*expected a BERT"):
        import_bert(folder, "masked", "tiny", found, **RIGHTS)


def test_sentence_bert_as_masked_model_is_one_clear_line(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found = save_tiny(tmp_path / "mini-lm", "bert", "embeddings")
    with pytest.raises(FixableError) as raised:
        import_bert(folder, "masked", "words", found, **RIGHTS)
    (line,) = str(raised.value).splitlines()
    assert line.startswith(f"{found}: no weights cls.predictions.bias, ")
    assert line.endswith("expected those of BertForMaskedLM")
    assert capfd.readouterr() == ("", "")  # no load report with colour codes
    assert not (folder / "models" / "words").exists()


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"model_type": "t5"}, r"tiny: config\.json: a model of type 't5' is none that predicts masked words here"),
        ({"model_type": "t5", "dropout_rate": "x"}, r"tiny: .*'dropout_rate'.*; expected a BERT in the Hugging Face"),
        ({"model_type": "nosuch"}, r"tiny: .*nosuch.*; expected a BERT in the Hugging Face format"),
    ],
)
def test_type_that_is_no_bert_is_named(folder: Path, tmp_path: Path, config: dict[str, str], says: str) -> None:
    found = save_tiny(tmp_path / "tiny", "bert", "masked")
    (found / "config.json").write_text(json.dumps(config))
    with pytest.raises(FixableError, match=says) as raised:
        import_bert(folder, "masked", "tiny", found, **RIGHTS)
    assert "\n" not in str(raised.value)


def test_roberta_is_opened_as_what_it_is(folder: Path, tmp_path: Path) -> None:
    place = import_bert(folder, "masked", "r", save_tiny(tmp_path / "r", "roberta", "masked"), **RIGHTS)
    assert type(load_bert(place, "masked").model).__name__ == "RobertaForMaskedLM"


def test_readers_are_appended_and_one_name_is_one_reader(folder: Path, tmp_path: Path) -> None:
    found = save_tiny(tmp_path / "tiny", "bert", "answers")
    for name in ("before", "after"):
        import_bert(folder, "reader", name, found, **RIGHTS)
    assert load_draft(folder).data["readers"] == ["models/before", "models/after"]
    before = list_files(folder)
    with pytest.raises(FixableError, match=r"readers: 0: 'models/before' already; expected --replace"):
        import_bert(folder, "reader", "before", found, **RIGHTS)
    assert list_files(folder) == before
    other = save_tiny(tmp_path / "other", "distilbert", "answers")
    import_bert(folder, "reader", "before", other, replace=True, **RIGHTS)
    draft = load_draft(folder)
    assert draft.data["readers"] == ["models/before", "models/after"]
    assert type(load_bert(folder / "models" / "before", "answers").model).__name__ == "DistilBertForQuestionAnswering"
    assert len({one["path"] for one in draft.data["assets"]}) == len(draft.data["assets"]) == 8


def test_name_of_another_uses_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    import_bert(folder, "masked", "tiny", save_tiny(tmp_path / "tiny", "bert", "masked"), **RIGHTS)
    with pytest.raises(FixableError, match="--name: 'tiny', the folder of masked; expected another name"):
        import_bert(folder, "reader", "tiny", save_tiny(tmp_path / "a", "bert", "answers"), replace=True, **RIGHTS)


def test_replaced_model_leaves_the_manifest(folder: Path, tmp_path: Path) -> None:
    import_bert(folder, "masked", "one", save_tiny(tmp_path / "one", "bert", "masked"), **RIGHTS)
    import_bert(folder, "masked", "two", save_tiny(tmp_path / "two", "bert", "masked"), replace=True, **RIGHTS)
    draft = load_draft(folder)
    assert draft.data["masked"] == "models/two"
    assert all(one["path"].startswith("models/two/") for one in draft.data["assets"])


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    found = save_tiny(tmp_path / "tiny", "bert", "masked")
    (found / "model.safetensors").rename(tmp_path / "blob")
    (found / "model.safetensors").symlink_to(tmp_path / "blob")
    with pytest.raises(FixableError, match=r"tiny/model\.safetensors: a link; expected a file"):
        import_bert(folder, "masked", "tiny", found, **RIGHTS)


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("config.json", r"tiny: no config\.json; expected a folder"),
        ("model.safetensors", r"tiny: no weights; expected model\.safetensors or pytorch_model\.bin"),
        ("tokenizer.json", r"tiny: .*expected a BERT in the Hugging Face format"),
    ],
)
def test_folder_that_lacks_a_file_is_refused(folder: Path, tmp_path: Path, missing: str, says: str) -> None:
    found = save_tiny(tmp_path / "tiny", "bert", "masked")
    (found / missing).unlink()
    with pytest.raises(FixableError, match=says):
        import_bert(folder, "masked", "tiny", found, **RIGHTS)
    assert not (folder / "models" / "tiny").exists()


def test_file_is_no_folder(folder: Path) -> None:
    with pytest.raises(FixableError, match=r"course\.yaml: not a folder; expected one in the Hugging Face format"):
        import_bert(folder, "masked", "tiny", folder / "course.yaml", **RIGHTS)


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: apache-2.0\ntags: [a]\n---\n# A model\n", "apache-2.0"),
        ("---\ntags: [a]\n---\nlicense: mit\n", None),
        ("license: mit\n", None),
        ("---\nlicense: [mit\n---\n", None),
        ("---\nlicense: 2027-06-31\n---\n", None),
    ],
)
def test_licence_is_that_of_the_cards_front_matter(tmp_path: Path, card: str, licence: str | None) -> None:
    (tmp_path / "README.md").write_text(card, encoding="utf-8")
    assert find_licence("CC0-1.0", tmp_path) == "CC0-1.0"
    if licence:
        assert find_licence(None, tmp_path) == licence
    else:
        with pytest.raises(FixableError, match="--licence: missing; expected the licence of"):
            find_licence(None, tmp_path)


@pytest.mark.parametrize("name", ["../x", ".hidden", "a b", "", "模型"])
def test_name_that_is_none_of_a_folder_is_refused(name: str) -> None:
    with pytest.raises(FixableError, match=r"--name: .*; expected letters, digits"):
        check_name(name)
