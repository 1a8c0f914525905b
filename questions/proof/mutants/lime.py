"""Mistakes in LIME."""

from functools import partial

from questions.proof.mutant import as_if, make_mutant
from questions.proof.rerun import Edit

_LIME = "reference/lime.py"
_MADE = "reference/produce/lime.py"
_BENCH = "reference/produce/bench.py"
_mutant = partial(make_mutant, "lime")

LIME_MUTANTS = (
    _mutant(
        "logits",
        "logits are given to LIME in place of probabilities",
        as_if("LIME had been given logits, not probabilities", "交給 LIME 的是 logit，而不是機率"),
        Edit(_LIME, "torch.softmax(torch.cat(found), dim=1)", "torch.cat(found)"),
    ),
    _mutant(
        "shows-what-it-hides",
        "a mask's ones hide the pieces that they should keep",
        as_if("a 1 in a mask hid its piece, not kept it", "遮罩裡的 1 遮住了小塊，而不是保留小塊"),
        Edit(_LIME, "lerp(painted, picture,", "lerp(picture, painted,"),
    ),
    _mutant(
        "mean-colour",
        "hidden pieces are painted in their own mean colour, the package's default",
        as_if("hidden pieces were painted in their own mean colour", "遮住的小塊塗的是它自己的平均色"),
        Edit(_MADE, "masks, hide=hide, batch", 'masks, hide="mean", batch'),
    ),
    _mutant(
        "few-copies",
        "the official run gets a tenth of the masked copies",
        as_if("LIME had been given a tenth of the masked copies", "LIME 只用了十分之一的遮蔽副本"),
        Edit(_MADE, "max(wanted), int(", "(wanted := [min(n, max(counts) // 10) for n in wanted])[-1], int("),
    ),
    _mutant(
        "pieces-from-one",
        "pieces are numbered from 1, as scikit-image does, and columns from 0",
        as_if(
            "pieces were numbered from 1 and the columns of weights from 0", "小塊從 1 開始編號，權重的欄卻從 0 開始"
        ),
        Edit(
            _MADE,
            'None: {"segments": np.stack(segments)}',
            'None: {"segments": np.stack([(one + 1) % (one.max() + 1) for one in segments])}',
        ),
    ),
    _mutant(
        "wrong-label",
        "the weights of the next label are taken",
        as_if("the weights were those of another label", "取了另一個類別的權重"),
        Edit(_LIME, "return np.asarray(ridge.coef_)", "return np.roll(ridge.coef_, 1, axis=0)"),
    ),
    _mutant(
        "same-seed-again",
        "the second run is given the seed of the first",
        as_if("the second run had the seed of the first", "第二次執行沿用了第一次的種子"),
        Edit(_BENCH, 'return seed + (run == "next")', "return seed"),
    ),
    _mutant(
        "blue-first",
        "red and blue are exchanged, as OpenCV reads a picture",
        as_if("red and blue had been exchanged in the picture", "圖片的紅色與藍色對調了"),
        Edit(_MADE, "bench.pictures[index], [", "bench.pictures[index].flip(0), ["),
    ),
    _mutant(
        "seed-shared",
        "one seed serves all pictures",
        as_if("one seed served all pictures", "所有圖片共用一個種子"),
        Edit(_BENCH, "return 1000 * seed + picture", "return 1000 * seed"),
        equivalent="Each picture's copies are as random as before and hang on no other picture; that pictures have seeds of "
        "their own is held by the example of find_random_state.",
    ),
    _mutant(
        "grey-of-255",
        "the grey that hides is 127.5, where pixels go from 0 to 1",
        as_if(
            "the grey that hides went from 0 to 255 and the picture from 0 to 1",
            "遮蔽的灰階是 0 到 255，圖片卻是 0 到 1",
        ),
        Edit(_LIME, "torch.full_like(picture, hide)", "torch.full_like(picture, 255 * hide)"),
    ),
    _mutant(
        "divided-twice",
        "pixels are divided by 255 twice: the model sees black",
        as_if("pixels had been divided by 255 twice", "像素值兩次除以 255"),
        Edit(_BENCH, ".to(self.device, self.dtype) / 255", ".to(self.device, self.dtype) / 255 / 255"),
    ),
    _mutant(
        "euclidean",
        "the distance of a copy is Euclidean, so that the kernel leaves the whole picture alone",
        as_if("copies were weighted by their Euclidean distance", "副本是用歐氏距離加權的"),
        Edit(_LIME, 'metric="cosine"', 'metric="euclidean"'),
    ),
    _mutant(
        "five-pieces",
        "the five strongest pieces alone are kept: num_features",
        as_if("only the 5 strongest pieces had been given a weight", "只有最強的 5 個小塊得到權重"),
        Edit(
            _LIME,
            "return np.asarray(ridge.coef_)",
            "sizes = np.abs(ridge.coef_)\n    return ridge.coef_ * (sizes >= np.sort(sizes, axis=1)[:, -5:-4])",
        ),
    ),
    _mutant(
        "hard-labels",
        "1 for the predicted label and 0 for the others in place of probabilities",
        as_if("LIME had been given the predicted label, not probabilities", "交給 LIME 的是預測的類別，而不是機率"),
        Edit(
            _LIME,
            "torch.softmax(torch.cat(found), dim=1)",
            "(torch.cat(found) == torch.cat(found).amax(dim=1, keepdim=True))",
        ),
    ),
    _mutant(
        "many-pieces",
        "three times as many pieces, as in 2021",
        as_if("the picture had been cut into other, smaller pieces", "圖片被切成了別的、更小的小塊"),
        Edit(
            _MADE,
            "pieces=its.pieces) for one in bench.profile.pictures]",
            "pieces=3 * its.pieces) for one in bench.profile.pictures]",
        ),
    ),
)
