# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Homework 9 · Explainable AI ｜ 作業九：可解釋人工智慧
#
# A network can be right for the wrong reason. In this homework you ask a trained network *why*, with the methods of the lecture,
# and answer multiple-choice questions about what you see.
#
# 網路可能「答對了，但理由是錯的」。這份作業請你用課堂上的方法追問一個訓練好的網路「為什麼」，再根據觀察回答選擇題。
#
# | English | 中文 |
# |---|---|
# | Run the cells from top to bottom. A cell marked **official** saves what it computed; leave it as it is. | 請由上往下執行。標示 **official** 的儲存格會存下計算結果，請不要更動。 |
# | Each analysis ends with a **scratch** cell: change one argument there, run it again, and look. | 每個分析最後都有一個 **scratch** 儲存格：在那裡一次改一個參數，重新執行，再觀察。 |
# | Write your answers into the cell `answers = {...}` at the end. A question earns its points only if you choose **all** correct choices and no other. | 把答案寫在最後面的 `answers = {...}` 儲存格。每一題必須選出**所有**正確選項、且沒有多選，才會得分。 |
# | Pictures are numbered from 0, as the figures show. | 圖片編號從 0 開始，與圖上的標題相同。 |
# | Run all, save, and hand in this notebook, named by your student ID: `b09901001.ipynb`. No late submission; the last cell prints the deadline. | 全部執行並存檔後，繳交這份筆記本，檔名為學號，例如 `b09901001.ipynb`。不接受遲交；期限見最後一個儲存格的輸出。 |

# %% [markdown]
# ## Set-up ｜ 準備
#
# The next cell finds the folder `assignment` (or `hw9-student.zip` beside this notebook), and uses a GPU when there is one.
#
# 下一個儲存格會找到 `assignment` 資料夾（或與筆記本放在一起的 `hw9-student.zip`），有 GPU 時就使用 GPU。

# %% hw9={"official": true, "name": "setup"}
# official: setup
import contextlib
import importlib.util
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

if Path("hw9-student.zip").exists() and not Path("assignment").exists():
    zipfile.ZipFile("hw9-student.zip").extractall()
for folder in [Path.cwd(), *Path.cwd().parents]:
    if (folder / "assignment" / "profile.py").is_file():
        sys.path.insert(0, str(folder))
        break
if importlib.util.find_spec("assignment") is None:
    raise SystemExit(
        "Put the folder 'assignment' or hw9-student.zip beside this notebook. 請把 assignment 資料夾或 hw9-student.zip 放在筆記本旁。"
    )
needs = {
    "lime": "lime==0.1.1.37",
    "pydantic": "pydantic",
    "yaml": "pyyaml",
    "safetensors": "safetensors",
    "tqdm": "tqdm",
}
missing = [package for module, package in needs.items() if importlib.util.find_spec(module) is None]
if missing:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *missing], check=True)

import numpy as np
import torch
from lime.lime_image import LimeImageExplainer
from skimage.segmentation import slic
from tqdm import tqdm

from assignment.classifier import load_classifier
from assignment.figure import name_label, name_picture, set_style, show_lime, show_maps, show_pictures
from assignment.outputs import save_group
from assignment.profile import load_profile

torch.backends.cuda.matmul.allow_tf32 = False  # TF32 keeps 10 bits: too few to compare gradients
torch.backends.cudnn.allow_tf32 = False
torch.backends.cudnn.benchmark = False
torch.backends.cudnn.deterministic = True
SEED = 1
device = torch.device(os.environ.get("HW9_DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu"))
profile = load_profile(os.environ.get("HW9_PROFILE", "mini"))
model = load_classifier(profile.classifier_file, device=device, dtype=torch.float32)
print(f"profile {profile.name}, device {device}, torch {torch.__version__}")

# %% [markdown]
# # Topic I: explaining a CNN ｜ 主題一：解釋卷積神經網路
#
# The model is a convolutional network that sorts pictures of food into 11 categories (labels). You observe ten pictures.
#
# 模型是一個把食物圖片分成 11 類的卷積網路。你要觀察下面十張圖。

# %% hw9={"official": true, "name": "pictures"}
# official: pictures
pictures = profile.pictures  # (10, 128, 128, 3), 0 to 255
labels = torch.from_numpy(profile.labels).to(device)  # (10,)
inputs = torch.from_numpy(pictures).to(device).permute(0, 3, 1, 2).float() / 255  # (10, 3, 128, 128), 0 to 1
with torch.no_grad():
    logits = model(inputs)  # (10, 11)
save_group(Path("outputs"), "pictures", {"label": profile.labels, "logits": logits.cpu().numpy()})

# %%
from assignment.assignment import load_assignment
from assignment.scratch import describe_maps, describe_runs

set_style()
names = [name_picture(index, int(label)) for index, label in enumerate(labels)]
probabilities = torch.softmax(logits, dim=1).cpu().numpy()
captions = [f"{name}\nCNN: {name_label(int(row.argmax()))} {row.max():.3f}" for name, row in zip(names, probabilities)]
show_pictures(pictures, captions, "The ten pictures, and what the CNN says ｜ 十張圖片與 CNN 的判斷")
print("labels, by number ｜ 類別編號:", ", ".join(f"{label} {name_label(label)}" for label in range(11)))

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
    """Return the network's probabilities (B, 11) for copies (B, 128, 128, 3) in [0, 1]."""
    batch = torch.from_numpy(np.stack(copies)).to(device).permute(0, 3, 1, 2).float()
    with torch.no_grad():
        return torch.softmax(model(batch), dim=1).double().cpu().numpy()


def cut(picture, pieces=60):
    """Cut a picture (128, 128, 3) into pieces that follow its colours; returns each pixel's piece number, from 0."""
    return slic(picture, n_segments=pieces, compactness=10, sigma=1, start_label=0)


def lime(index, samples=250, hide=0.5, seed=SEED):
    """Explain picture `index`: returns its pieces (128, 128) and the weight of each piece for each label (11, pieces)."""
    explainer = LimeImageExplainer(random_state=1000 * seed + index)  # a seed for each picture
    with contextlib.redirect_stderr(io.StringIO()):  # the package's own progress bar
        found = explainer.explain_instance(
            pictures[index] / 255, probability, labels=range(11), top_labels=None, hide_color=hide,
            num_samples=samples, batch_size=8, segmentation_fn=cut, random_seed=0,
        )  # fmt: skip
    weights = np.zeros((11, found.segments.max() + 1))
    for label in range(11):
        for piece, weight in found.local_exp[label]:
            weights[label, piece] = weight
    return found.segments, weights


explained = [lime(index) for index in tqdm(range(10), desc="LIME")]
segments = np.stack([one for one, _ in explained])  # (10, 128, 128)
most_pieces = max(weights.shape[1] for _, weights in explained)
lime_weights = np.full((10, 11, most_pieces), np.nan)  # NaN: this picture has fewer pieces
for index, (_, weights) in enumerate(explained):
    lime_weights[index, :, : weights.shape[1]] = weights
save_group(Path("outputs"), "lime", {"segments": segments, "weights": lime_weights})

# %%
show_lime(
    pictures,
    segments,
    lime_weights[np.arange(10), profile.labels],
    names,
    "LIME: pieces for (red) and against (blue) the true label ｜ LIME：支持（紅）與反對（藍）真實類別的小塊",
    says="weight on the label's probability, own scale for each picture ｜ 對該類別機率的權重，每張圖各有刻度",
)

# %%
# scratch: change ONE argument, run, look. Nothing here is saved.  一次只改一個參數，觀察結果；這裡不會存檔。
look_at = 6  # which picture
for_label = 8  # which label's explanation
pieces, first = lime(look_at, samples=250, hide=0.5, seed=1)  # as in the official cell  與 official 儲存格相同
_, second = lime(look_at, samples=250, hide=0.5, seed=2)  # the same pieces, to compare with  同樣的小塊，用來比較
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
def saliency(inputs, labels, of="logit"):
    """Return the map (N, 128, 128) of how strongly each pixel of inputs (N, 3, 128, 128) moves its label's output."""
    x = inputs.clone().requires_grad_(True)
    scores = model(x)  # (N, 11)
    output = {
        "logit": scores,
        "probability": torch.softmax(scores, dim=1),
        "loss": -torch.log_softmax(scores, dim=1),
    }[of].gather(1, labels[:, None])  # (N, 1)
    (gradient,) = torch.autograd.grad(output.sum(), x)  # (N, 3, 128, 128)
    return gradient.abs().amax(dim=1)


saliency_maps = saliency(inputs, labels).cpu().numpy()
save_group(Path("outputs"), "saliency", {"map": saliency_maps})

# %%
show_maps(
    pictures,
    saliency_maps,
    names,
    "Saliency: gradient of the true label's logit ｜ 顯著圖：真實類別 logit 的梯度",
    says="logit per unit of pixel value, own scale for each picture ｜ 每單位像素值的 logit 變化，每張圖各有刻度",
)

# %%
# scratch: change ONE argument, run, look. Nothing here is saved.  一次只改一個參數，觀察結果；這裡不會存檔。
other_labels = torch.full_like(labels, 8)  # label 8 for every picture: saliency(inputs, other_labels)  每張圖都問類別 8
compared = saliency(inputs, labels, of="logit").cpu().numpy()  # as in the official cell  與 official 儲存格相同
maps = saliency(inputs, labels, of="logit").cpu().numpy()  # of="logit", "probability" or "loss"
show_maps(pictures, maps, names, "Scratch ｜ 試試看", says="own scale for each picture ｜ 每張圖各有刻度")
print(describe_maps(maps, compared, profile.masks))

# %% [markdown]
# <!-- questions: saliency -->

# %% [markdown]
# ## Your answers ｜ 你的答案
#
# One line a question, the letters of all choices that are right, in any order: `"lime-1": "bd"`. The cell is read, not run, when it is
# graded: write plain text between the quotes.
#
# 一題一行，填入所有正確選項的代號，順序不拘，例如 `"lime-1": "bd"`。評分時只讀取、不執行這個儲存格，請在引號內直接寫字母。

# %%
answers = {
    # <answers>
}

# %%
# Look before you hand in: which answers are blank, which outputs are missing?  交出前檢查：哪些題目空白、缺哪些輸出？
blank = [name for name, letters in answers.items() if not letters]
print("blank ｜ 空白:", ", ".join(blank) or "none ｜ 無")
print("deadline ｜ 期限:", load_assignment().deadline)
print("saved ｜ 已存:", ", ".join(sorted(path.name for path in Path("outputs").glob("*.npz"))))
