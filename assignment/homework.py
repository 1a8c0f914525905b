# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # {{ title.en }} ｜ {{ title.zh }}
#
# A network can be right for the wrong reason. In this homework you ask a trained network *why*, with the methods of the lecture,
# and answer multiple-choice questions about what you see.
#
# 網路可能「答對了，但理由是錯的」。這份作業請你用課堂上的方法追問一個訓練好的網路「為什麼」，再根據觀察回答選擇題。
#
# | English | 中文 |
# |---|---|
# | Run the cells from top to bottom. A cell marked **official** saves what it computed; leave it as it is. | 請由上往下執行。標示 **official** 的儲存格會存下計算結果，請不要更動。 |
# | Each analysis ends with a **scratch** cell, which has a number: change there what a question says, run it, look, and set it back for the next question. | 每個分析最後都有一個編號的 **scratch** 儲存格：在那裡照題目修改，執行並觀察，下一題之前再改回。 |
# | Write your answers into the cell `answers = {...}` at the end. A question earns its points only if you choose **all** correct choices and no other. | 把答案寫在最後面的 `answers = {...}` 儲存格。每一題必須選出**所有**正確選項、且沒有多選，才會得分。 |
# | <!-- graded: en --> | <!-- graded: zh --> |
# | Pictures are numbered from 0, as the figures show. | 圖片編號從 0 開始，與圖上的標題相同。 |
# | Run all, save, and hand in this notebook, named by your student ID: `b09901001.ipynb`. {{ late.en }}; the last cell prints the deadline. | 全部執行並存檔後，繳交這份筆記本，檔名為學號，例如 `b09901001.ipynb`。{{ late.zh }}；期限見最後一個儲存格的輸出。 |

# %% [markdown]
# ## Set-up ｜ 準備
#
# The next cell finds the folder `assignment` (or `hw9-student.zip` beside this notebook), and uses a GPU when there is one.
# {% if hosted %}
# Where neither is there, it brings the homework's files: {{ hosted.wait.en }}. What breaks off goes on when you run the cell again.
# {% if hosted.brought %}
# Models come from where they are published: {{ hosted.brought.en }}.
# {% endif %}
# {% if hosted.link %}
# This notebook opens in a hosted one [by this link](<{{ hosted.link }}>).
# {% endif %}
# {% endif %}
# Cells that take long show how far they are.
#
# 下一個儲存格會找到 `assignment` 資料夾（或與筆記本放在一起的 `hw9-student.zip`），有 GPU 時就使用 GPU。
# {% if hosted %}
# 兩者都沒有時，它會下載作業的檔案：{{ hosted.wait.zh }}。中斷後再執行一次，會從中斷的地方繼續。
# {% if hosted.brought %}
# 模型從公開的來源下載：{{ hosted.brought.zh }}。
# {% endif %}
# {% if hosted.link %}
# [由此連結](<{{ hosted.link }}>)可在雲端開啟這份筆記本。
# {% endif %}
# {% endif %}
# 需要較久的儲存格會顯示進度。

# %% hw9={"official": true, "name": "setup"}
# official: setup
import contextlib
#: if hosted
import hashlib
#: endif
import importlib.util
import io
import os
import subprocess
import sys
#: if hosted
import urllib.error
import urllib.request
#: endif
import zipfile
#: if hosted
from http.client import HTTPException
#: endif
from pathlib import Path

#: if hosted
ADDRESS, SIZE = {{ hosted.address | repr }}, {{ hosted.size }}  # of the homework's files, in bytes
SHA256 = "{{ hosted.sha256 }}"
AGAIN = "Run this cell again: it goes on from there. 請再執行這個儲存格，會從中斷的地方繼續。"
STAFF = "Open the course's newest notebook; if that says the same, tell its staff. 請開啟課程最新的筆記本；若仍相同，請通知助教。"
BESIDE = "Or put hw9-student.zip beside this notebook. 也可以把 hw9-student.zip 放在筆記本旁。"


def is_whole(path):
    """Tell whether a file is the one that this notebook was made for."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256


def bring(part):
    """Add to a file what it lacks of the one at ADDRESS; SystemExit says what came instead, and what to do."""
    done = part.stat().st_size if part.is_file() else 0
    asked = urllib.request.Request(ADDRESS, headers={"Range": f"bytes={done}-"} if 0 < done < SIZE else {})
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            done = done if answer.status == 206 else 0  # 200: it comes from its beginning
            if answer.length not in (None, SIZE - done):
                raise SystemExit(f"{ADDRESS}: {done + answer.length} bytes; expected {SIZE}.\n{STAFF}\n{BESIDE}")
            with part.open("ab" if done else "wb") as file:
                while (came := answer.read(2**18)) and file.tell() < SIZE:
                    file.write(came)
                    print(f"\r{file.tell() / 1e6:.1f} / {SIZE / 1e6:.1f} MB", end="", flush=True)
    except urllib.error.HTTPError as error:
        part.unlink(missing_ok=True) if error.code == 416 else None  # it has more than there is at ADDRESS
        raise SystemExit(f"{ADDRESS}: HTTP {error.code}; expected a file.\n{STAFF}\n{BESIDE}") from None
    except (OSError, HTTPException, ValueError) as error:  # ValueError: led to no address
        raise SystemExit(f"{ADDRESS}: {error}; expected the file.\n{AGAIN}\n{BESIDE}") from None
    if part.stat().st_size < SIZE:
        raise SystemExit(f"{ADDRESS}: ended after {part.stat().st_size} of {SIZE} bytes.\n{AGAIN}\n{BESIDE}")


def fetch_bundle(path):
    """Bring the homework's files, going on where that broke off; only what this notebook was made for is kept."""
    part = path.with_name(f"{path.name}.part")
    for one in filter(Path.is_dir, (path, part)):
        raise SystemExit(
            f"{one}: a folder; expected a file or nothing there. Give it another name, then run this cell again.\n"
            f"{one} 是資料夾；此處應為檔案或什麼都沒有。請將它改名，再執行這個儲存格。"
        )
    print("the homework's files ｜ 作業的檔案: {{ hosted.wait.en }} ｜ {{ hosted.wait.zh }}")
    for _ in range(1 + part.is_file()):  # what lay there may be of another file: then once more, from the beginning
        bring(part)
        if is_whole(part):
            print()
            part.replace(path)
            return
        part.unlink()
    raise SystemExit(f"{ADDRESS}: another file than this notebook was made for, by its sha256.\n{STAFF}\n{BESIDE}")


#: endif
if Path("hw9-student.zip").exists() and not Path("assignment").exists():
    try:
        with zipfile.ZipFile("hw9-student.zip") as archive:  # all but the blank notebook: yours may have its name
            archive.extractall(members=[name for name in archive.namelist() if name != "homework.ipynb"])
    except zipfile.BadZipFile as error:
        raise SystemExit(
            f"hw9-student.zip: {error}; expected the whole file. Let the upload end, or bring it again; then run this cell again.\n"
            "hw9-student.zip 不完整：請等上傳完成或重新下載，再執行這個儲存格。"
        ) from None
for folder in [Path.cwd(), *Path.cwd().parents]:
    if (folder / "assignment" / "profile.py").is_file():
        sys.path.insert(0, str(folder))
        break
#: if hosted
bundle = Path("hw9-hosted.zip")
if bundle.exists() or importlib.util.find_spec("assignment") is None:
    if not is_whole(bundle):
        fetch_bundle(bundle)
    zipfile.ZipFile(bundle).extractall()  # each time: what broke off before is whole then
    sys.path.insert(0, str(Path.cwd()))
    importlib.invalidate_caches()
#: else
if importlib.util.find_spec("assignment") is None:
    raise SystemExit(
        "Put the folder 'assignment' or hw9-student.zip beside this notebook; in Colab by the folder sign at the left.\n"
        "請把 assignment 資料夾或 hw9-student.zip 放在筆記本旁；在 Colab 請按左側的資料夾圖示上傳。"
    )
#: endif
needs = {
    "lime": "lime==0.1.1.37",
    "pydantic": "pydantic",
    "yaml": "pyyaml",
    "safetensors": "safetensors",
    "transformers": "transformers",
    "anywidget": "anywidget",
    #: if hosted
    "filelock": "filelock",
    "pooch": "pooch",
    "requests": "requests",
    #: endif
}
missing = [package for module, package in needs.items() if importlib.util.find_spec(module) is None]
if missing:
    print("installing ｜ 安裝:", ", ".join(missing), "(about a minute ｜ 約一分鐘)")
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *missing], check=True)

import numpy as np
import torch
from lime.lime_image import LimeImageExplainer
from scipy.ndimage import gaussian_filter
from skimage.segmentation import slic

from assignment.cells.figures import (
    name_label,
    name_picture,
    set_style,
    show_activations,
    show_lime,
    show_maps,
    show_pictures,
    show_signed_maps,
)  # fmt: skip
#: if hosted
from assignment.cells.models_brought import bring_models
#: endif
from assignment.cells.progress import tqdm
from assignment.models.classifier import load_classifier
from assignment.outputs import save_group
from assignment.profile import load_profile

#: if hosted
if problem := bring_models(print):
    raise SystemExit(problem)
#: endif
torch.backends.cuda.matmul.allow_tf32 = False  # TF32 keeps 10 bits: too few to compare gradients
torch.backends.cudnn.allow_tf32 = False
torch.backends.cudnn.benchmark = False
torch.backends.cudnn.deterministic = True
SEED = 1
device = torch.device(os.environ.get("HW9_DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu"))
profile = load_profile()
model = load_classifier(profile.classifier_file, device=device, dtype=torch.float32)
print(f"profile {profile.name}, device {device}, torch {torch.__version__}")

# %% [markdown]
# # Topic I: explaining a CNN ｜ 主題一：解釋卷積神經網路
#
# {{ cnn.en }} You observe {{ spell(count, "picture") }}.
#
# {{ cnn.zh }}你要觀察下面{{ spell_zh(count) }}張圖。

# %% hw9={"official": true, "name": "pictures"}
# official: pictures
pictures = profile.pictures  # ({{ count }}, {{ height }}, {{ width }}, 3), 0 to 255
labels = torch.from_numpy(profile.labels).to(device)  # ({{ count }},)
inputs = torch.from_numpy(pictures).to(device).permute(0, 3, 1, 2).float() / 255  # ({{ count }}, 3, {{ height }}, {{ width }}), 0 to 1
with torch.no_grad():
    logits = model(inputs)  # ({{ count }}, {{ labels }})
save_group(Path("outputs"), "pictures", {"label": profile.labels, "logits": logits.cpu().numpy()})

# %%
from assignment.assignment import load_assignment
from assignment.cells.scratch import (
    describe_activations,
    describe_attributions,
    describe_maps,
    describe_runs,
    describe_shares,
)  # fmt: skip

set_style()
names = [name_picture(index, int(label)) for index, label in enumerate(labels)]
probabilities = torch.softmax(logits, dim=1).cpu().numpy()
captions = [f"{name}\nCNN: {name_label(int(row.argmax()))} {row.max():.3f}" for name, row in zip(names, probabilities)]
show_pictures(pictures, captions, "The {{ spell(count, 'picture') }}, and what the CNN says ｜ {{ spell_zh(count) }}張圖片與 CNN 的判斷")
print("labels, by number ｜ 類別編號:", ", ".join(f"{label} {name_label(label)}" for label in range(logits.shape[1])))

# %% [markdown]
# ## LIME ｜ 局部可解釋模型
#
# [LIME](https://arxiv.org/abs/1602.04938) treats the network as a black box. It cuts the picture into pieces, hides a random half of
# them many times, asks the network for its probabilities each time, and fits a linear model: each piece gets a weight for each label.
# A positive weight says "with this piece visible, the label becomes more probable".
#
# LIME 把網路當成黑盒子：把圖片切成許多小塊，每次隨機遮住大約一半，詢問網路的機率，重複很多次後用線性模型擬合；每一塊對每個類別都得到一個權重。
# 權重為正，表示「看得到這一塊時，該類別的機率會上升」。
#
# - `samples`: how many masked copies ｜ 遮蔽後的副本數
# - `hide`: the grey level that hides a piece; `None` paints it in its own mean colour ｜ 遮蔽用的灰階；`None` 表示塗上該小塊的平均色
# - `seed`: which random masks ｜ 隨機遮罩的種子


# %% hw9={"official": true, "name": "lime"}
# official: lime
def probability(copies):
    """Return the network's probabilities (B, {{ labels }}) for copies (B, {{ height }}, {{ width }}, 3) in [0, 1]."""
    batch = torch.from_numpy(np.stack(copies)).to(device).permute(0, 3, 1, 2).float()
    with torch.no_grad():
        return torch.softmax(model(batch), dim=1).double().cpu().numpy()


def cut(picture, pieces={{ lime.pieces }}):
    """Cut a picture ({{ height }}, {{ width }}, 3) into pieces that follow its colours; returns each pixel's piece number, from 0."""
    return slic(picture, n_segments=pieces, compactness=10, sigma=1, start_label=0)


def lime(index, samples={{ lime.official.samples }}, hide={{ hide }}, seed={{ seed(lime) }}):
    """Explain picture `index`: returns its pieces ({{ height }}, {{ width }}) and the weight of each piece for each label ({{ labels }}, pieces)."""
    explainer = LimeImageExplainer(random_state=1000 * seed + index)  # a seed for each picture
    with contextlib.redirect_stderr(io.StringIO()):  # the package's own progress bar
        found = explainer.explain_instance(
            pictures[index] / 255, probability, labels=range({{ labels }}), top_labels=None, hide_color=hide,
            num_samples=samples, batch_size=8, segmentation_fn=cut, random_seed=0,
        )  # fmt: skip
    weights = np.zeros(({{ labels }}, found.segments.max() + 1))
    for label in range({{ labels }}):
        for piece, weight in found.local_exp[label]:
            weights[label, piece] = weight
    return found.segments, weights


explained = [lime(index) for index in tqdm(range({{ count }}), desc="LIME")]
segments = np.stack([one for one, _ in explained])  # ({{ count }}, {{ height }}, {{ width }})
most_pieces = max(weights.shape[1] for _, weights in explained)
lime_weights = np.full(({{ count }}, {{ labels }}, most_pieces), np.nan)  # NaN: this picture has fewer pieces
for index, (_, weights) in enumerate(explained):
    lime_weights[index, :, : weights.shape[1]] = weights
save_group(Path("outputs"), "lime", {"segments": segments, "weights": lime_weights})

# %%
show_lime(
    pictures,
    segments,
    lime_weights[np.arange(len(pictures)), profile.labels],
    names,
    "LIME: pieces for (red) and against (blue) the true label ｜ LIME：支持（紅）與反對（藍）真實類別的小塊",
    says="weight on the label's probability, own scale for each picture ｜ 對該類別機率的權重，每張圖各有刻度",
)

# %%
# scratch 1: change what a question says, run, look; set it back for the next. Nothing here is saved.  照題目修改，執行並觀察，下一題再改回；這裡不會存檔。
# TODO {{ asked('lime') }}: look_at, for_label, samples, hide, seed
look_at = {{ look_at }}  # which picture
for_label = {{ other('lime') }}  # which label's explanation
pieces, first = lime(look_at, samples={{ lime.official.samples }}, hide={{ hide }}, seed=1)  # as in the official cell  與 official 儲存格相同
_, second = lime(look_at, samples={{ lime.official.samples }}, hide={{ hide }}, seed=2)  # the same pieces, to compare with  同樣的小塊，用來比較
one, two = first[for_label], second[for_label]
show_lime(
    pictures[[look_at] * 2], np.stack([pieces] * 2), np.stack([one, two]), ["first run 第一次", "second run 第二次"],
    f"picture {look_at} 圖 {look_at} ｜ {name_label(for_label)}", says="weight, own scale for each run ｜ 權重，每次各有刻度",
)  # fmt: skip
print(describe_runs(pieces, one, two, profile.masks[look_at]))

# %% [markdown]
# <!-- questions: lime -->

# %% [markdown]
# ## Saliency maps ｜ 顯著圖
#
# A [saliency map](https://arxiv.org/abs/1312.6034) is the gradient of the output with respect to the input: how much would the label's
# **logit** move if this pixel moved a little? Of the three colour channels the largest absolute value is drawn.
#
# 顯著圖是輸出對輸入的梯度：如果這個像素稍微改變，該類別的 **logit**（softmax 之前的分數）會變動多少？圖上畫的是三個色彩通道中絕對值最大的那個。
#
# $$s_u = \max_c \left| \frac{\partial f_y}{\partial x_{c,u}} \right|$$
#
# - `labels`: whose output ｜ 哪一個類別的輸出
# - `of`: `"logit"`, `"probability"` or `"loss"` (cross-entropy) ｜ 對 logit、機率或交叉熵損失取梯度


# %% hw9={"official": true, "name": "saliency"}
# official: saliency
def saliency(inputs, labels, of="{{ saliency.official.of }}"):
    """Return the map (N, {{ height }}, {{ width }}) of how strongly each pixel of inputs (N, 3, {{ height }}, {{ width }}) moves its label's output."""
    x = inputs.clone().requires_grad_(True)
    scores = model(x)  # (N, {{ labels }})
    output = {
        "logit": scores,
        "probability": torch.softmax(scores, dim=1),
        "loss": -torch.log_softmax(scores, dim=1),
    }[of].gather(1, labels[:, None])  # (N, 1)
    (gradient,) = torch.autograd.grad(output.sum(), x)  # (N, 3, {{ height }}, {{ width }})
    return gradient.abs().amax(dim=1)


saliency_maps = saliency(inputs, {{ whose(saliency) }}).cpu().numpy()
save_group(Path("outputs"), "saliency", {"map": saliency_maps})

# %%
show_maps(
    pictures,
    saliency_maps,
    names,
    "Saliency: gradient of the {{ whose_en(saliency) }}'s {{ saliency.official.of }} ｜ 顯著圖：{{ whose_zh(saliency) }} {{ saliency.official.of }} 的梯度",
    says="{{ saliency.official.of }} per unit of pixel value, own scale for each picture ｜ 每單位像素值的 {{ saliency.official.of }} 變化，每張圖各有刻度",
)

# %%
# scratch 2: change what a question says, run, look; set it back for the next. Nothing here is saved.  照題目修改，執行並觀察，下一題再改回；這裡不會存檔。
# TODO {{ asked('saliency') }}: labels, of
other_labels = torch.full_like(labels, {{ other('saliency') }})  # label {{ other('saliency') }} for every picture: saliency(inputs, other_labels)  每張圖都問類別 {{ other('saliency') }}
compared = saliency(inputs, {{ whose(saliency) }}, of="{{ saliency.official.of }}").cpu().numpy()  # as in the official cell  與 official 儲存格相同
maps = saliency(inputs, {{ whose(saliency) }}, of="{{ saliency.official.of }}").cpu().numpy()  # of="logit", "probability" or "loss"
show_maps(pictures, maps, names, "Scratch ｜ 試試看", says="own scale for each picture ｜ 每張圖各有刻度")
print(describe_maps(maps, compared, profile.masks))

# %% [markdown]
# <!-- questions: saliency -->

# %% [markdown]
# ## SmoothGrad ｜ 平滑梯度
#
# A saliency map is grainy: the gradient jumps from pixel to pixel. [SmoothGrad](https://arxiv.org/abs/1706.03825) adds a little random
# noise to the **picture**, many times over, and averages the saliency maps of these copies. What changes with the noise averages out.
#
# 顯著圖的顆粒很粗，因為梯度在相鄰像素之間跳動。SmoothGrad 在**圖片**上加入少量隨機雜訊，重複很多次，再把這些副本的顯著圖平均；隨雜訊而變的部分就會被平均掉。
#
# $$s_u = \frac{1}{K} \sum_{k=1}^{K} \max_c \left| \frac{\partial f_y}{\partial x_{c,u}} \Big( x + \sigma\,(\max x - \min x)\,\varepsilon_k \Big) \right|, \qquad \varepsilon_k \sim N(0, 1)$$
#
# - `sigma`: standard deviation of the noise, as a share of the picture's range ｜ 雜訊的標準差，以圖片的數值範圍為單位
# - `copies`: how many noisy copies ($K$) ｜ 加雜訊的副本數（$K$）
# - `seed`: which noise ｜ 雜訊的隨機種子
# - `average`: `"size"` averages the maps as above; `"signed"` averages the gradients first, so that signs can cancel, and takes the size
#   at the end ｜ `"size"` 如上式平均各張顯著圖；`"signed"` 先平均梯度（正負可能抵銷），最後才取絕對值


# %% hw9={"official": true, "name": "smoothgrad"}
# official: smoothgrad
def smoothgrad(inputs, labels, sigma={{ smoothgrad.official.sigma }}, copies={{ smoothgrad.official.copies }}, seed={{ seed(smoothgrad) }}, average="{{ smoothgrad.official.average }}"):
    """Average the saliency maps of noisy copies of inputs (N, 3, {{ height }}, {{ width }}).

    Returns the maps (N, {{ height }}, {{ width }}), and for each picture the share of its copies that the network puts in the picture's own class (N,).
    """
    with torch.no_grad():
        own_class = model(inputs).argmax(dim=1)
    maps, kept = [], []
    for index, picture in enumerate(tqdm(inputs, desc="SmoothGrad")):
        noise = np.random.default_rng(1000 * seed + index).standard_normal(
            (copies, *picture.shape)
        )  # a seed for each picture
        noisy = picture + sigma * (picture.max() - picture.min()) * torch.from_numpy(noise).to(picture)
        gradients, stayed = [], 0
        for x in noisy.split(10):
            x.requires_grad_(True)
            scores = model(x)
            gradients.append(torch.autograd.grad(scores[:, labels[index]].sum(), x)[0])
            stayed += int((scores.argmax(dim=1) == own_class[index]).sum())
        gradients = torch.cat(gradients)  # (copies, 3, {{ height }}, {{ width }})
        heat = gradients.abs().amax(dim=1).mean(dim=0) if average == "size" else gradients.mean(dim=0).abs().amax(dim=0)
        maps.append(heat.cpu().numpy())
        kept.append(stayed / copies)
    return np.stack(maps), np.array(kept)


smooth_maps, smooth_kept = smoothgrad(inputs, {{ whose(smoothgrad) }})
save_group(Path("outputs"), "smoothgrad", {"map": smooth_maps})

# %%
show_maps(
    pictures,
    smooth_maps,
    names,
    "SmoothGrad: mean of the saliency maps of {{ smoothgrad.official.copies }} noisy copies ｜ SmoothGrad：{{ smoothgrad.official.copies }} 張加雜訊副本的顯著圖平均",
    says="logit per unit of pixel value, own scale for each picture ｜ 每單位像素值的 logit 變化，每張圖各有刻度",
)
print(describe_shares("copies that keep the picture's class ｜ 仍屬於原圖類別的副本比例", smooth_kept))

# %%
# scratch 3: change what a question says, run, look; set it back for the next. Nothing here is saved.  照題目修改，執行並觀察，下一題再改回；這裡不會存檔。
# TODO {{ asked('smoothgrad') }}: labels, sigma, copies, seed, average
other_labels = torch.full_like(labels, {{ other('smoothgrad') }})  # label {{ other('smoothgrad') }} for every picture  每張圖都問類別 {{ other('smoothgrad') }}
compared = saliency_maps  # or smooth_maps  要比較的圖
maps, kept = smoothgrad(
    inputs, {{ whose(smoothgrad) }}, sigma={{ smoothgrad.official.sigma }}, copies={{ smoothgrad.official.copies }}, seed=1, average="{{ smoothgrad.official.average }}"
)  # as in the official cell  與 official 儲存格相同
show_maps(pictures, maps, names, "Scratch ｜ 試試看", says="own scale for each picture ｜ 每張圖各有刻度")
print(describe_maps(maps, compared, profile.masks))
print(describe_shares("copies that keep the picture's class ｜ 仍屬於原圖類別的副本比例", kept))

# %% [markdown]
# <!-- questions: smoothgrad -->

# %% [markdown]
# ## Filter visualisation ｜ 濾波器視覺化
#
# {% if named %}
# The network's layers have names: `{{ shallow }}` is near the picture (shallow), `{{ deep }}` is near the answer (deep). Each filter of a
# layer gives a map. Two ways to look at a filter:
#
# - **Activation map**: where in *this* picture is the filter active? Drawn is what the layer itself gives, and nothing after it: where
#   that is no ReLU, values below 0 come too; read the sizes off the colour bar.
# {% else %}
# The network has 11 convolutions, counted here from 0: convolution {{ shallow }} is near the picture (shallow), {{ deep }} is near the answer (deep). Each of
# their filters gives a map. Two ways to look at a filter:
#
# - **Activation map**: where in *this* picture is the filter active? After the ReLU a map is 0 (black) where the filter is silent; read the
#   sizes off the colour bar.
# {% endif %}
# - **Gradient ascent** (Erhan, Bengio, Courville, Vincent 2009): start from {{ begin.en }}, and change the
#   pixels, step by step, so that the filter's mean activation rises. Pixels stay between 0 and 1. The picture at the end is one that the filter responds to strongly.
#
# {% if named %}
# 網路的每一層都有名字：`{{ shallow }}` 靠近圖片（淺層），`{{ deep }}` 靠近答案（深層）；每個濾波器都會產生一張圖。觀察濾波器有兩種方法：
#
# - **活化圖**：濾波器在「這張圖」的哪裡活躍？畫的是這一層本身的輸出，之後什麼都不加：這一層若不是 ReLU，也會有小於 0 的值；大小請看色條。
# {% else %}
# 網路有 11 個卷積層，這裡從 0 開始編號：卷積 {{ shallow }} 靠近圖片（淺層），卷積 {{ deep }} 靠近答案（深層）；每個濾波器都會產生一張圖。觀察濾波器有兩種方法：
#
# - **活化圖**：濾波器在「這張圖」的哪裡活躍？經過 ReLU 之後，濾波器沒有反應的地方是 0（黑色）；大小請看色條。
# {% endif %}
# - **梯度上升**：從{{ begin.zh }}開始，一步一步改變像素，使濾波器的平均活化值上升；像素維持在 0 到 1 之間。最後得到的圖，就是能讓這個濾波器強烈反應的一張圖。
#
# - `layer`, `filters`: which {{ layer_word.en }}, which of its filters ｜ {{ which_layer_zh }}、其中哪些濾波器
# - `start`: where ascent begins ｜ 梯度上升的起點
# - `steps`: how many steps ｜ 步數


# %% hw9={"official": true, "name": "filters"}
# official: filters
FILTERS = {
    #: for layer, its in layers.items()
    {{ layer | repr }}: {{ its | list }},
    #: endfor
}  # {{ spell(each, "filter") }} of a shallow, a middle and a deep {{ layer_word.en }}


#: if named
parts = {layer: model.cut(layer) for layer in FILTERS}


def network_until(layer):
    """Return what gives the maps (N, all filters, H, W) of the layer of this name; what comes after is not run."""
    return parts[layer].run


def activation_maps(inputs, layer, filters):
    """Return the maps (N, filters, H, W) of some filters of a layer, as the layer gives them."""
    with torch.no_grad():
        return network_until(layer)(inputs)[:, filters]


#: else
def network_until(layer):
    """Return the network as far as the batch norm of convolution `layer`; what comes after is not run."""
    parts = [part for stack in model.cnn for part in stack]
    norms = [place for place, part in enumerate(parts) if isinstance(part, torch.nn.BatchNorm2d)]
    return torch.nn.Sequential(*parts[: norms[layer] + 1])


def activation_maps(inputs, layer, filters):
    """Return the maps (N, filters, H, W), after the ReLU, of some filters of a convolution."""
    with torch.no_grad():
        return network_until(layer)(inputs)[:, filters].relu()


#: endif
def white_noise(seed=SEED):
    """Return {{ spell(each, "picture") }} ({{ each }}, 3, {{ height }}, {{ width }}) of uniform noise in [0, 1]."""
    noise = np.stack([np.random.default_rng(1000 * seed + index).random((3, {{ height }}, {{ width }})) for index in range({{ each }})])
    return torch.from_numpy(noise).to(inputs)


def ascend(start, layer, filters, steps={{ filters.official.steps }}):
    """Change start (F, 3, {{ height }}, {{ width }}), one picture a filter, so that each filter's mean activation rises.

    Returns the pictures, and the mean activation (F,) that each filter reaches on its own.
    """
    x = start.clone().requires_grad_(True)
    adam = torch.optim.Adam([x], lr=0.05)
    network, one_each = network_until(layer), torch.arange(len(filters))
    for _ in range(steps):
        adam.zero_grad()
        #: if named
        maps = network(x)[one_each, filters]  # (F, H, W)
        (-maps.mean(dim=(1, 2)).sum()).backward()
        #: else
        before_relu = network(x)[one_each, filters]  # (F, H, W)
        (-before_relu.mean(dim=(1, 2)).sum()).backward()
        #: endif
        adam.step()
        with torch.no_grad():
            x.clamp_(0, 1)
    found = x.detach()
    return found, activation_maps(found, layer, filters)[one_each, one_each].mean(dim=(1, 2))


filter_maps = {layer: activation_maps(inputs, layer, filters).cpu().numpy() for layer, filters in FILTERS.items()}
ascents = [ascend({{ begin.code }}, layer, filters) for layer, filters in tqdm(FILTERS.items(), desc="ascent")]
ascent_pictures = torch.stack([found for found, _ in ascents]).cpu().numpy()  # (3, {{ each }}, 3, {{ height }}, {{ width }})
reached = torch.stack([mean for _, mean in ascents]).cpu().numpy()  # (3, {{ each }})
save_group(Path("outputs"), "filters", {
    "shallow": filter_maps[{{ shallow | repr }}], "middle": filter_maps[{{ middle | repr }}], "deep": filter_maps[{{ deep | repr }}],
    "ascent": ascent_pictures, "reached": reached,
})  # fmt: skip

# %%
filter_names = [[f"{{ layer_word.en }} {{ layer_word.zh }} {layer}\nfilter 濾波器 {k}" for k in filters] for layer, filters in FILTERS.items()]
for index in {{ filters.shown }}:
    show_activations(
        pictures[index],
        [maps[index] for maps in filter_maps.values()],
        filter_names,
        f"Activation maps of picture {index} ｜ 圖 {index} 的活化圖",
        #: if named
        says="activation, own scale for each map ｜ 活化值，每張圖各有刻度",
        #: endif
    )

# %%
captions = [
    f"{name}\nmean activation 平均活化值 {mean:.2f}" for name, mean in zip(np.ravel(filter_names), reached.ravel())
]
show_pictures(
    ascent_pictures.reshape(-1, *ascent_pictures.shape[2:]).transpose(0, 2, 3, 1),
    captions,
    "Gradient ascent from {{ begin.en }}, one picture a filter ｜ 從{{ begin.zh }}開始的梯度上升，每個濾波器一張圖",
    columns={{ each }},
)

# %%
# scratch 4: change what a question says, run, look; set it back for the next. Nothing here is saved.  照題目修改，執行並觀察，下一題再改回；這裡不會存檔。
# TODO {{ asked('filters') }}: layer, which, look_at, start, steps
layer = {{ shallow | repr }}  # {{ either(layers) }}
which = 0  # 0 to {{ each - 1 }}: which of FILTERS[layer]  第幾個濾波器（從 0 開始）
look_at = {{ look_at }}  # which picture
start = white_noise(
    seed=1
)  # or white_noise(seed=2), or inputs[[{{ look_at }}] * {{ each }}]: picture {{ look_at }}  也可以從圖 {{ look_at }} 開始
steps = {{ filters.official.steps }}
found, means = ascend(start, layer, FILTERS[layer], steps=steps)
show_pictures(
    found.cpu().numpy().transpose(0, 2, 3, 1),
    [f"filter 濾波器 {k}\nmean activation 平均活化值 {mean:.2f}" for k, mean in zip(FILTERS[layer], means)],
    f"Ascent, {{ layer_word.en }} {layer} ｜ 梯度上升，{{ layer_word.zh }} {layer}",
    columns={{ each }},
)
show_activations(
    pictures[look_at],
    [filter_maps[layer][look_at]],
    [filter_names[list(FILTERS).index(layer)]],
    f"picture {look_at} 圖 {look_at}",
    #: if named
    says="activation, own scale ｜ 活化值，各有刻度",
    #: endif
)
one_filter = FILTERS[layer][which]
print(f"{{ layer_word.en }} {layer}, filter {one_filter}, on the {{ spell(count, 'picture') }} ｜ {{ layer_word.zh }} {layer} 濾波器 {one_filter}，{{ spell_zh(count) }}張圖片：")
print(describe_activations(filter_maps[layer][:, which], profile.masks))
noise_mean = activation_maps(white_noise(), layer, FILTERS[layer]).mean(dim=(2, 3))[:, which].mean()
print(f"its mean activation on white noise ｜ 在白雜訊上的平均活化值: {noise_mean:.2f}")
on_each = activation_maps(found, layer, [one_filter]).mean(dim=(1, 2, 3))
on_each = ", ".join(f"of filter {k} 濾波器 {k} 的圖: {mean:.2f}" for k, mean in zip(FILTERS[layer], on_each))
print("its mean activation on the {{ spell(each, 'ascent picture') }} above ｜ 在上面{{ spell_zh(each) }}張梯度上升圖上的平均活化值:", on_each)
print(
    f"same pixels as in the official picture, correlation ｜ 與 official 圖的像素相關係數: {np.corrcoef(found[which].cpu().numpy().ravel(), ascent_pictures[list(FILTERS).index(layer), which].ravel())[0, 1]:.2f}"
)

# %% [markdown]
# <!-- questions: filters -->

# %% [markdown]
# ## Integrated gradients ｜ 積分梯度
#
# [Integrated gradients](https://arxiv.org/abs/1703.01365) walk from a **baseline** $x'$ (here {{ base.en }}) to the picture $x$, take the
# gradient at many points on the way, and multiply their mean by $x - x'$. The attributions of all pixels **add up** to
# $f_y(x) - f_y(x')$: the label's logit is shared out among the pixels, for (red) and against (blue).
#
# 積分梯度從一張**基準圖** $x'$（這裡是{{ base.zh }}）走到圖片 $x$，在路上許多點計算梯度，再把平均梯度乘上 $x - x'$。所有像素的歸因值**加起來**等於
# $f_y(x) - f_y(x')$：等於把該類別的 logit 分配給每個像素，支持為正（紅），反對為負（藍）。
#
# $$a_u = \sum_c (x - x')_{c,u} \cdot \frac{1}{K} \sum_{k=0}^{K-1} \frac{\partial f_y}{\partial x_{c,u}} \Big( x' + \tfrac{k + 1/2}{K} (x - x') \Big)$$
#
# - `baseline`: {{ baselines_en }} ｜ 基準圖：{{ baselines_zh }}
# - `steps`: how many points on the way ($K$) ｜ 路上的點數（$K$）
# - `multiply`: `False` leaves the factor $(x - x')$ out ｜ `False` 表示不乘上 $(x - x')$


# %% hw9={"official": true, "name": "integrated_gradients"}
# official: integrated_gradients
#: if has_files
from PIL import Image


#: endif
def make_baseline(name, seed={{ seed(integrated_gradients) }}):
    """Return one baseline picture for each of the {{ spell(count, "picture") }} ({{ count }}, 3, {{ height }}, {{ width }})."""
    if name in ("black", "white"):
        return torch.full_like(inputs, float(name == "white"))
    if name == "blurred":
        made = gaussian_filter(inputs.double().cpu().numpy(), sigma=(0, 0, 8, 8), mode="nearest")
    elif name == "noise":
        made = np.stack(
            [np.random.default_rng(1000 * seed + index).random((3, {{ height }}, {{ width }})) for index in range(len(inputs))]
        )
    #: if "mean" in baselines
    elif name == "mean":
        return inputs.mean(dim=(2, 3), keepdim=True).expand_as(inputs)  # each picture's own mean colour
    #: endif
    #: for name, its in integrated_gradients.baselines.items()
    elif name == "{{ name }}":
        #: if its.color is defined
        return torch.tensor({{ its.color | list }}).to(inputs).view(1, 3, 1, 1).expand_as(inputs)
        #: elif its.file is defined
        made = np.asarray(Image.open(profile.find_asset({{ its.file | repr }})).convert("RGB")).transpose(2, 0, 1)[None] / 255
        return torch.from_numpy(made).to(inputs).expand_as(inputs)
        #: else
        made = profile.pictures[{{ its.picture }}].transpose(2, 0, 1)[None] / 255
        return torch.from_numpy(made).to(inputs).expand_as(inputs)
        #: endif
    #: endfor
    else:
        raise ValueError(f"baseline {name!r}; expected {{ baselines_expected }}")
    return torch.from_numpy(made).to(inputs)


def integrated_gradients(inputs, labels, baseline="{{ integrated_gradients.official.baseline }}", steps={{ integrated_gradients.official.steps }}, multiply={{ integrated_gradients.official.multiply }}):
    """Share each label's logit out among the pixels of inputs ({{ count }}, 3, {{ height }}, {{ width }}).

    Returns the attributions ({{ count }}, {{ height }}, {{ width }}), added up over the channels, and f(x) - f(baseline) ({{ count }},).
    """
    start = make_baseline(baseline)
    mean = torch.zeros_like(inputs)
    for k in tqdm(range(steps), desc=f"from {baseline}"):
        x = (start + (k + 0.5) / steps * (inputs - start)).requires_grad_(True)
        (gradient,) = torch.autograd.grad(model(x).gather(1, labels[:, None]).sum(), x)
        mean += gradient / steps
    attribution = (inputs - start) * mean if multiply else mean
    with torch.no_grad():
        rise = (model(inputs) - model(start)).gather(1, labels[:, None])[:, 0]
    return attribution.sum(dim=1).cpu().numpy(), rise.cpu().numpy()


attributions, rises = integrated_gradients(inputs, {{ whose(integrated_gradients) }})
save_group(Path("outputs"), "integrated_gradients", {"map": attributions})

# %%
show_signed_maps(
    pictures,
    attributions,
    names,
    "Integrated gradients from {{ base.short_en }}: for (red) and against (blue) the {{ whose_en(integrated_gradients) }} ｜ 積分梯度，以{{ base.short_zh }}為基準：支持（紅）與反對（藍）{{ whose_zh(integrated_gradients) }}",
    says="logit, own scale for each picture ｜ logit，每張圖各有刻度",
)
print(describe_attributions(attributions, rises, profile.masks))

# %%
# scratch 5: change what a question says, run, look; set it back for the next. Nothing here is saved.  照題目修改，執行並觀察，下一題再改回；這裡不會存檔。
# TODO {{ asked('integrated_gradients') }}: labels, baseline ({{ quote(baselines) }}), steps, multiply
other_labels = torch.full_like(labels, {{ other('integrated_gradients') }})  # label {{ other('integrated_gradients') }} for every picture  每張圖都問類別 {{ other('integrated_gradients') }}
maps, rise = integrated_gradients(
    inputs, {{ whose(integrated_gradients) }}, baseline="{{ integrated_gradients.official.baseline }}", steps={{ integrated_gradients.official.steps }}, multiply={{ integrated_gradients.official.multiply }}
)  # as in the official cell  與 official 儲存格相同
show_signed_maps(pictures, maps, names, "Scratch ｜ 試試看", says="own scale for each picture ｜ 每張圖各有刻度")
print(describe_attributions(maps, rise, profile.masks))
print("rank correlation with the official map, sizes ｜ 與 official 圖的等級相關（取絕對值）")
print(describe_maps(np.abs(maps), np.abs(attributions), profile.masks))

# %% [markdown]
# <!-- questions: integrated_gradients -->

# %% [markdown]
# ## A picture of your own ｜ 你自己的圖片
#
# The next cell runs the five analyses above on any photograph: upload one, or put its file beside this notebook and write its name. It is
# turned upright, its middle is cut out, and it is made as large as the pictures above. Nothing is saved, no question asks about it, and
# what you do there changes none of your results.
#
# 下一個儲存格會把上面五種分析用在任何一張照片上：上傳一張，或把檔案放在筆記本旁並寫下檔名。照片會轉正、取中間部分，並縮放到與上面的圖片一樣大。
# 這裡不會存檔，沒有題目與它有關，也不會改變你的任何結果。

# %%
# scratch: a picture of your own. Nothing here is saved.  你自己的圖片；這裡不會存檔。
from assignment.cells.own_picture import explain_own_picture

own_picture = None  # or the name of a file beside this notebook, such as "my-photo.jpg"  或與筆記本放在一起的檔名
print(explain_own_picture(own_picture, globals()))

# %% [markdown]
# # Topic II: explaining BERT ｜ 主題二：解釋 BERT
#
# {{ bert.en }} {{ models_en }} A BERT splits a text into **tokens** and turns each into a vector, its *state*. Layer 0 is the embedding, the sum of what stands for the
# word, for its position and for the text it is in; every layer after it lets the tokens look at each other. Words, layers and heads are numbered from 0, and a full stop counts as a word.
#
# {{ bert.zh }}{{ models_zh }}BERT 把文字切成 **token**，每個 token 變成一個向量（狀態）。
# 第 0 層是 embedding，也就是詞、位置與所屬文句三種向量的和；之後每一層都讓 token 彼此參照。詞、層與頭的編號都從 0 開始，句點也算一個詞。

# %% hw9={"official": true, "name": "bert"}
# official: bert
from assignment.models.bert import find_span, load_bert
from assignment.models.reading import find_candidates, list_vocabulary, read

texts = profile.texts
bert = load_bert(profile.masked_folder, "masked", device=device, dtype=torch.float32)
#: if embeddings
word_bert = load_bert(profile.embeddings_folder, "embeddings", device=device, dtype=torch.float32)
#: endif
readings = [read(bert.tokenizer, one.plain) for one in texts.attention]  # tokens of the {{ spell(sentences, 'sentence') }}


def fill_up(arrays):
    """Stack arrays of sentences of different lengths; NaN: this sentence has fewer tokens."""
    most = np.max([array.shape for array in arrays], axis=0)
    stacked = np.full((len(arrays), *most), np.nan)
    for index, array in enumerate(arrays):
        stacked[(index, *(slice(size) for size in array.shape))] = array
    return stacked


# %% [markdown]
# ## Attention ｜ 注意力
#
# In every layer each **head** lets a token gather from the others; its attention says how much from which, and adds up to 1. What does a
# head look at, and what is a hidden word predicted from? The explorer below lets you try any sentence. Layer 0 of the heads is the
# first layer after the embedding.
#
# 每一層的每個**頭**都讓一個 token 從其他 token 收集資訊；注意力表示從哪裡收集多少，總和為 1。一個頭在看什麼？被遮住的詞是根據什麼預測出來的？
# 下方的探索工具可以試任何句子。頭所在的層 0，是 embedding 之後的第一層。
#
# $$a_{ij} = \operatorname{softmax}_j \left( \frac{q_i \cdot k_j}{\sqrt{d}} \right)$$
#
# - `layer`, `head`: which head ｜ 哪一層、哪一個頭
# - `hide`: numbers of the words that are hidden behind `[MASK]` ｜ 用 `[MASK]` 遮住的詞的編號


# %% hw9={"official": true, "name": "attention"}
# official: attention
def attend(reading):
    """Return how much each token attends to each, for every head (layers, heads, L, L)."""
    with torch.no_grad():
        found = bert.model(reading.ids.to(device), token_type_ids=reading.segments.to(device), output_attentions=True)
    return torch.cat(found.attentions).cpu()


def predict(reading, hide):
    """Hide words by number; return the probability of every token of the vocabulary at each hidden place (places, V)."""
    places = [place for word in hide for place in reading.find_places(word)]
    ids = reading.ids.clone()
    ids[0, places] = bert.tokenizer.mask_token_id
    with torch.no_grad():
        scores = bert.model(ids.to(device), token_type_ids=reading.segments.to(device)).logits[0, places]
    return torch.softmax(scores, dim=-1).cpu().numpy()


attentions = [attend(reading) for reading in readings]
predictions = np.stack([predict(reading, [one.hidden])[0] for reading, one in zip(readings, texts.attention)])
attention_maps = fill_up([heads.numpy() for heads in attentions])  # ({{ sentences }}, layers, heads, tokens, tokens)
save_group(Path("outputs"), "attention", {"map": attention_maps, "prediction": predictions})

# %%
from assignment.cells.text_figures import show_distances, show_head, show_heads, show_missing, show_points
from assignment.cells.text_scratch import (
    describe_groups,
    describe_heads,
    describe_hiding,
    describe_meanings,
    describe_pair,
    describe_prediction,
)
from assignment.models.heads import find_all_targets, find_chance, score_heads

vocabulary = list_vocabulary(bert.tokenizer)
candidates = [find_candidates(bert.tokenizer, one) for one in texts.attention]  # each one's number in the vocabulary
targets = find_all_targets(readings, texts.attention)
scores = {name: score_heads(attentions, its).numpy() for name, its in targets.items()}
chances = {name: find_chance(its) for name, its in targets.items()}
for index, (one, row) in enumerate(zip(texts.attention, predictions)):
    print(f"sentence {index} 句子 {index}: {one.plain}")
    print(
        f"  hidden 遮住 {one.hidden} {one.words[one.hidden]}; "
        + describe_prediction(vocabulary, row, candidates[index], 3).replace("\n", "; ")
    )
print(describe_heads(scores, chances))
show_heads(
    readings[0].pieces, attentions[0].numpy(),
    "Attention of every head, sentence 0: a row is a token, a column what it attends to ｜ 每個頭的注意力，句子 0：列是 token，欄是它注意的對象",
)  # fmt: skip

# %%
# Explore: type a sentence, choose heads, click a token, hide words; "?" tells the keys.  輸入句子、選擇頭、點選 token、遮住詞；按「?」看快捷鍵。
from assignment.explorer.explorer import Explorer

Explorer(bert, [one.plain for one in texts.attention], {name: (scores[name], chances[name]) for name in scores})

# %%
# scratch 6: change what a question says, run, look; set it back for the next. Nothing here is saved.  照題目修改，執行並觀察，下一題再改回；這裡不會存檔。
# TODO {{ asked('attention') }}: look_at, layer, head, hide
look_at = 0  # which sentence
layer, head = 0, 0  # which head
hide = [
    texts.attention[look_at].hidden
]  # numbers of the hidden words; the first one is predicted  遮住的詞；預測第一個
one, reading = texts.attention[look_at], readings[look_at]
print("words, by number ｜ 詞的編號:", ", ".join(f"{number} {word}" for number, word in enumerate(one.words)))
hidden_words = " + ".join(one.words[number] for number in hide)
print(f"hidden 遮住 {hidden_words}; " + describe_prediction(vocabulary, predict(reading, hide)[0], candidates[look_at]))
token = reading.ids[0, reading.find_places(hide[0])[0]]  # what the first hidden word is
others = [n for n in range(len(one.words)) if n not in hide and reading.is_aligned(n)]
left = {f"{n} {one.words[n]}": predict(reading, [*hide, n])[0, token] for n in others}
print(describe_hiding(one.words[hide[0]], left))
show_head(
    reading.pieces, attentions[look_at][layer, head].numpy(),
    f"sentence {look_at} 句子 {look_at} ｜ layer 層 {layer}, head 頭 {head}",
)  # fmt: skip

# %% [markdown]
# <!-- questions: attention -->

# %% [markdown]
# ## Embeddings across layers ｜ 各層的 embedding
#
# How does a BERT answer a question? Its states have many dimensions, so we draw the two directions in which the tokens of one layer differ
# most: their first two **principal components**, layer by layer ([van Aken and others](https://arxiv.org/abs/1909.04925)). Above each
# drawing stands which share of the variance the two keep; what they leave out you do not see. {{ readers_en }}
#
# BERT 如何回答問題？狀態的維度很多，因此逐層畫出同一層的 token 差異最大的兩個方向，也就是前兩個**主成分**。每張圖上方寫著這兩個方向保留了多少變異，
# 其餘的圖上看不到。{{ readers_zh }}
#
# - `reader`: which model ｜ 哪一個模型
# - `which`: which passage ｜ 哪一篇短文


# %% hw9={"official": true, "name": "embedding_pca"}
# official: embedding_pca
readers = {
    name: load_bert(folder, "answers", device=device, dtype=torch.float32)
    for name, folder in profile.reader_folders.items()
}
passages = {
    name: [read(reader.tokenizer, *one.pair) for one in texts.passages] for name, reader in readers.items()
}  # the question, then the passage, in each reader's own tokens


def hidden_states(model, reading):
    """Return the state of each token after each layer (layers + 1, L, D); layer 0 is the embedding."""
    with torch.no_grad():
        found = model.base_model(
            reading.ids.to(device), token_type_ids=reading.segments.to(device), output_hidden_states=True
        )
    return torch.cat(found.hidden_states)


def pca(states, components=2):
    """Return the principal components of each layer (layers + 1, L, 2) and which share of the variance each keeps.

    A component's sign is free; the largest of its loadings is made positive.
    """
    centred = (states - states.mean(dim=1, keepdim=True)).double().cpu()
    _, size, loadings = torch.linalg.svd(centred, full_matrices=False)
    loadings = loadings[:, :components]
    largest = loadings.gather(2, loadings.abs().argmax(dim=2, keepdim=True))
    points = centred @ (loadings * largest.sign()).transpose(1, 2)
    share = size[:, :components] ** 2 / (size**2).sum(dim=1, keepdim=True)
    return points.numpy(), share.numpy()


drawn = {name: [pca(hidden_states(reader.model, one)) for one in passages[name]] for name, reader in readers.items()}
spans = np.array([[find_span(reader, one) for one in passages[name]] for name, reader in readers.items()])
points = fill_up(
    [fill_up([its for its, _ in found]) for found in drawn.values()]
)  # ({{ readers | length }} readers, {{ passages }} passages, layers + 1, tokens, 2)
shares = fill_up([fill_up([share for _, share in found]) for found in drawn.values()])
save_group(Path("outputs"), "embedding_pca", {"points": points, "share": shares, "span": spans})

# %%
from assignment.models.roles import find_roles

roles = {name: [find_roles(one, reading) for one, reading in zip(texts.passages, passages[name])] for name in readers}
for index, one in enumerate(texts.passages):
    print(f"passage {index} 短文 {index}: {one.pair[0]} ｜ {one.pair[1]}")
    print(f"  right answer 正確答案: {one.pair[1][slice(*one.answer)]}")
    for name, (first, last) in zip(readers, spans[:, index]):
        print(f"  {name}: {readers[name].tokenizer.decode(passages[name][index].ids[0, first : last + 1])}")
show_points(
    [found[0][0] for found in drawn.values()], [found[0][1] for found in drawn.values()],
    [its[0] for its in roles.values()], [its[0].pieces for its in passages.values()], list(readers),
    "Passage 0 as {{ spell(readers | length, 'model') }} see{{ 's' if readers | length == 1 }} it, layer by layer ｜ {{ spell_zh(readers | length) }}個模型眼中的短文 0，逐層",
)  # fmt: skip

# %%
# scratch 7: choose, run, look. Nothing here is saved.  選擇後執行並觀察；這裡不會存檔。
# TODO {{ asked('embedding_pca') }}: reader ({{ either(readers, '"') }}), which ({{ either(range(passages)) }})
reader = None  # TODO: which model  哪一個模型
which = 0  # which passage
if reader is None:
    show_missing(
        "Embeddings across layers ｜ 各層的 embedding",
        f"TODO: set reader to one of {', '.join(readers)}\nTODO：把 reader 設為 {', '.join(readers)} 其中之一",
    )
else:
    its_points, its_share = drawn[reader][which]
    show_points(
        [its_points], [its_share], [roles[reader][which]], [passages[reader][which].pieces], [reader],
        f"passage {which} 短文 {which}",
    )  # fmt: skip
    print(describe_groups(its_points, roles[reader][which], spans[list(readers).index(reader), which]))

# %% [markdown]
# <!-- questions: embedding_pca -->

# %% [markdown]
# ## One word in different sentences ｜ 同一個詞在不同句子中
#
# {{ words_note.en }} How far apart are the states of one word in different sentences, after each layer? Measured by
# **Euclidean distance**, which the next cells have, and by **cosine similarity**, which you write: 1 for vectors of the same direction.
#
# {{ words_note.zh }}同一個詞在不同句子中的狀態，每一層相距多遠？用**歐氏距離**（下面已經寫好）與**餘弦相似度**（由你來寫）衡量；
# 方向相同的向量，餘弦相似度為 1。
#
# $$d(a, b) = \lVert a - b \rVert \qquad\qquad \cos(a, b) = \frac{a \cdot b}{\lVert a \rVert \, \lVert b \rVert}$$


# %%
# TODO for {{ questions('embedding_distance').en }}: write the cosine similarity of two vectors; the next cell uses it.  {{ questions('embedding_distance').zh }}需要：寫出兩個向量的餘弦相似度，供下一格使用。
def cosine_similarity(a, b):
    """Return the cosine of the angle between the vectors a and b (D,): a number from -1 to 1."""
    # TODO


# %% hw9={"official": true, "name": "embedding_distance"}
# official: embedding_distance
def word_states(reading, word):
    """Return the state of one word of a sentence after each layer (layers + 1, D), the mean over its tokens."""
    return hidden_states({{ word_bert }}.model, reading)[:, list(reading.find_places(word))].mean(dim=1)


def compare(states, measure):
    """Return measure(a, b) of each two of the states, layer by layer (layers + 1, N, N); None where it is not written."""
    numbers = [[[measure(a, b) for b in layer] for a in layer] for layer in states]
    if any(number is None for layer in numbers for row in layer for number in row):
        return None
    return np.array([[[float(number) for number in row] for row in layer] for layer in numbers])


shared_words = [one.word for one in texts.words]
word_sets = [
    torch.stack([word_states(read({{ word_bert }}.tokenizer, text), word) for text, word, _ in one.rows], dim=1).cpu()
    for one in texts.words
]  # one (layers + 1, sentences, D) for each shared word
distances = [compare(states, lambda a, b: torch.linalg.vector_norm(a - b)) for states in word_sets]
cosines = [compare(states, cosine_similarity) for states in word_sets]
found = {"euclidean": np.stack(distances)}
if all(one is not None for one in cosines):
    found["cosine"] = np.stack(cosines)
save_group(Path("outputs"), "embedding_distance", found)

# %%
def show_word(word, one, euclidean, cosine):
    sentences = [f"{number} {list(one.sentences)[meaning]}" for number, (_, _, meaning) in enumerate(one.rows)]
    for sentence, (text, _, _) in zip(sentences, one.rows):
        print(f"{sentence}: {text}")
    show_distances(
        euclidean, sentences, f"Euclidean distance of '{word}', layer by layer ｜ 「{word}」的歐氏距離，逐層",
        says="distance 距離", missing="",
    )  # fmt: skip
    show_distances(
        cosine, sentences, f"Cosine similarity of '{word}', layer by layer ｜ 「{word}」的餘弦相似度，逐層",
        says="cosine 餘弦",
        missing="TODO: write cosine_similarity two cells above, then run that cell and the official one again\n"
        "TODO：請在上面兩格寫好 cosine_similarity，再重新執行該格與 official 儲存格",
    )  # fmt: skip


for word_and_its in zip(shared_words, texts.words, distances, cosines):
    show_word(*word_and_its)

# %%
# scratch 8: change what a question says, run, look; set it back for the next. Nothing here is saved.  照題目修改，執行並觀察，下一題再改回；這裡不會存檔。
# TODO {{ asked('embedding_distance') }}: look_at, pair
look_at = 0  # which shared word: {{ words }}
pair = (0, 1)  # which two of its sentences  哪兩個句子
meanings = np.array([meaning for _, _, meaning in texts.words[look_at].rows])
print(f"'{shared_words[look_at]}', Euclidean distance ｜ 歐氏距離")
print(describe_meanings(distances[look_at], meanings))
print(describe_pair(distances[look_at], *pair))
if cosines[look_at] is None:
    print("TODO: write cosine_similarity above first ｜ TODO：請先在上面寫好 cosine_similarity")
else:
    print(f"'{shared_words[look_at]}', cosine similarity ｜ 餘弦相似度")
    print(describe_meanings(cosines[look_at], meanings, nearest_is="largest"))
    print(describe_pair(cosines[look_at], *pair))

# %% [markdown]
# <!-- questions: embedding_distance -->

# %% [markdown]
# ## Your answers ｜ 你的答案
#
# One line a question, the letters of all choices that are right, in any order: `"lime-1": "bd"`. The cell is read, not run, when it is
# graded: write plain text between the quotes. Then **save**, and run the last cell: it shows what the grader reads in the saved file.
#
# 一題一行，填入所有正確選項的代號，順序不拘，例如 `"lime-1": "bd"`。評分時只讀取、不執行這個儲存格，請在引號內直接寫字母。
# 寫好後請先**存檔**，再執行最後一個儲存格：它會顯示評分時從存檔讀到的答案。
#
# <!-- graded: en -->
#
# <!-- graded: zh -->

# %%
answers = {
    # <answers>
}

# %%
# Look before you hand in: which answers will be read, do the saved arrays agree with the reference's?  交出前檢查：評分時會讀到哪些答案？存下的陣列與參考結果一致嗎？
from assignment.selfcheck.own import describe_own_work
from assignment.sheet.own import describe_own_sheet

choices = """
# <choices>
"""
print(describe_own_sheet(choices))
print(describe_own_work())
print("deadline ｜ 期限:", load_assignment().deadline)
print("saved ｜ 已存:", ", ".join(sorted(path.name for path in Path("outputs").glob("*.npz"))))
