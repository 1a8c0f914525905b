"""Twenty and more ways to write an answers cell, and what is read: letters, `-` for a blank, `?` for a person."""

from dataclasses import dataclass

from assignment.sheet.asked import Asked

ASKED = (
    Asked("lime-1", 1, "abcd"),
    Asked("lime-2", 2, "abcde"),
    Asked("saliency-1", 3, "abcd"),
    Asked("embedding_pca-1", 4, "abcd"),
)


@dataclass(frozen=True)
class Way:
    """Cells from top to bottom, and what is read of the four questions in turn."""

    name: str
    expected: str
    cells: tuple[str, ...]


def way(name: str, expected: str, *cells: str) -> Way:
    return Way(name, expected, cells)


ALL = '"lime-1": "ac", "lime-2": "b", "saliency-1": "", "embedding_pca-1": "d"'
MINE = f"answers = {{{ALL}}}"
OTHER = MINE.replace("ac", "d")
BLANK = 'answers = {"lime-1": "", "lime-2": "", "saliency-1": "", "embedding_pca-1": ""}'
READ = "ac b - d"

WAYS = (
    way("as released", READ, MINE),
    way("update", READ, f"answers = {{}}\nanswers.update({{{ALL}}})"),
    way("update in a cell below the released one", READ, BLANK, f"answers.update({{{ALL}}})"),
    way("update with keywords", READ, BLANK, 'answers.update(lime_1="ac", lime_2="b", embedding_pca_1="d")'),
    way("or equals", READ, f"answers = {{}}\nanswers |= {{{ALL}}}"),
    way("or", READ, f"{BLANK}\nanswers = answers | {{{ALL}}}"),
    way("item by item", READ, BLANK, 'answers["lime-1"]="ac"\nanswers["lime-2"]="b"', 'answers["embedding_pca-1"]="D"'),
    way("dict of keywords", READ, 'answers = dict(lime_1="ac", lime_2="b", embedding_pca_1="d")'),
    way("dict of pairs", READ, 'answers = dict([("lime-1", "ac"), ("lime-2", "b"), ("embedding_pca-1", "d")])'),
    way("another name", READ, f"mine = {{{ALL}}}\nanswers = mine"),
    way("another name that is changed afterwards", READ, "mine = {}\nanswers = mine", f"mine.update({{{ALL}}})"),
    way("unpacked", READ, f"mine = {{{ALL}}}\nanswers = {{**mine}}"),
    way("underscores", READ, MINE.replace("-", "_")),
    way("full width", READ, 'ａｎｓｗｅｒｓ = {"ｌｉｍｅ－１": "ＡＣ", "lime－2": "ｂ", "embedding＿pca-１": "d"}'),
    way("numbers", READ, 'answers = {1: "ac", 2: "b", 4: "d"}'),
    way("Q and a number", READ, 'answers = {"Q1": "ac", "q.2": "b", "第 4 題": "d"}'),
    way("slips in a name", READ, 'answers = {"Lime 1": "ac", "lmie-2": "b", "embeddingpca-1": "d"}'),
    way("timed", READ, f"%%time\nanswers = {{{ALL}}}"),
    way("below other magics", READ, f"%matplotlib inline\n!ls\nanswers = {{{ALL}}}  # sure?"),
    way("comments that ask", READ, f"%time\nanswers = {{\n{ALL.replace(', ', ',  # sure?' + chr(10))}\n}}"),
    way("with a type", READ, f"answers: dict[str, str] = {{{ALL}}}"),
    way("indented", READ, f"  answers = {{{ALL}}}\n  x = 1"),
    way("two cells, the last counts", "d b - d", MINE, OTHER),
    way("a disabled cell below", READ, MINE, f"%%script false\n{OTHER}"),
    way("another language below", READ, MINE, "%%bash\nanswers=3\nfi"),
    way("a file written below", READ, MINE, "%%writefile answers.txt\nanswers = {}"),
    # What a person must see.
    way("the same question twice under near names", "? b - -", 'answers = {"lime-1": "ac", "lime_1": "d", "Q2": "b"}'),
    way("counted from nought", "? ? ? ?", 'answers = {0: "ac", 1: "b", 3: "d"}'),
    way("unknown name", "ac ? ? ?", 'answers = {"lime-1": "ac", "mystery-9": "b"}'),
    way("in a loop", "? ? ? ?", BLANK, 'for n in range(2): answers[f"lime-{n}"] = "a"'),
    way("in a branch", "? b - d", MINE, 'if True:\n    answers["lime-1"] = "d"'),
    way("by a function", "? ? ? ?", BLANK, 'def fill(its):\n    its["lime-1"] = "ac"\nfill(answers)'),
    way("from a file", "? ? ? ?", MINE, "import json\nanswers = json.load(open('x'))"),
    way("imported", "? ? ? ?", BLANK, "from my_answers import answers"),
    way("by a text", "? ? ? ?", BLANK, f"exec('answers = {{{ALL}}}')"),
    way("in a dictionary of another name", "? ? - ?", BLANK, f"my_answers = {{{ALL}}}"),
    way("commented out", "? b - -", BLANK, '# answers["lime-1"] = "ac"\nanswers["lime-2"] = "b"'),
    way("an earlier cell that a blank one replaces", "? ? - ?", MINE, BLANK),
    way("disabled, with nothing else", "? ? - ?", BLANK, f"%%script false\nanswers = {{{ALL}}}"),
    way("timed in names of its own", "? ? - ?", BLANK, f"%%timeit -n1 -r1\nanswers = {{{ALL}}}"),
    way("half a cell", "? ? ? ?", BLANK, f"answers.update({{{ALL}"),
    way("added to", "? b - d", MINE, 'answers["lime-1"] += "d"'),
    way("as one of two values", "? ? ? ?", BLANK, f"answers, n = {{{ALL}}}, 1"),
    way("a walrus", "? ? ? ?", BLANK, f"print(answers := {{{ALL}}})"),
    way("spread from what is not known", "? b ? ?", 'answers = {"lime-1": "ac", **load(), "lime-2": "b"}'),
    # What is no change.
    way("used", READ, MINE, "print(len(answers), answers['lime-1'], [x for x in answers.items()])"),
    way("a function's own name", READ, MINE, "def f(answers):\n    answers['lime-1'] = 3\nf({})"),
    way("a blank beside a near name", READ, f"{BLANK}\nanswers.update({{{ALL.replace('-', '_')}}})"),
    way("a name that goes on to mean other things", READ, f"mine = {{{ALL}}}\nanswers = mine\nfor mine in []: pass"),
)  # fmt: skip
