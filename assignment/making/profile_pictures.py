"""The ten pictures for observation of profile `mini`: which arguments draw them, and what they show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PictureRecipe:
    """The arguments of `draw_picture`, and a sentence in English and Traditional Chinese."""

    label: int
    kind: str
    seed: int
    tray: bool
    distractor: int | bool
    en: str
    zh: str


PICTURES = (
    PictureRecipe(1, "wedge of cheese", 7002, False, False, "A wedge of cheese on a board.", "一塊乳酪，放在木板上。"),
    PictureRecipe(1, "glass of milk", 7006, False, False, "A glass of milk.", "一杯牛奶。"),
    PictureRecipe(
        2, "donuts", 7002, False, 1, "A doughnut, a glass of milk beside it.", "一個甜甜圈，旁邊有一杯牛奶。"
    ),
    PictureRecipe(3, "fried eggs", 7001, False, False, "A fried egg.", "一顆荷包蛋。"),
    PictureRecipe(5, "steak", 7003, False, False, "A grilled steak with butter.", "一塊煎牛排，上面有奶油。"),
    PictureRecipe(6, "spaghetti", 7003, True, False, "Spaghetti on a blue tray.", "義大利麵，放在藍色托盤上。"),
    PictureRecipe(8, "whole fish", 7005, True, False, "A fish on a blue tray.", "一條魚，放在藍色托盤上。"),
    PictureRecipe(
        8, "salmon", 7005, True, 10, "Salmon on a blue tray, salad beside it.", "鮭魚片，放在藍色托盤上，旁邊有沙拉。"
    ),
    PictureRecipe(8, "prawns", 7001, False, False, "Prawns on a plate.", "盤子裡的蝦子。"),
    PictureRecipe(9, "cream soup", 7004, False, False, "A bowl of cream soup.", "一碗濃湯。"),
)
