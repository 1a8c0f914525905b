"""The ten pictures for observation of profile `mini`: which arguments draw them, and what they show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """The arguments of `draw_picture`, and a sentence in English and Traditional Chinese."""

    label: int
    kind: str
    seed: int
    tray: bool
    distractor: int | bool
    en: str
    zh: str


PICTURES = (
    Wanted(1, "wedge of cheese", 7000, False, False, "A wedge of cheese.", "一塊乳酪。"),
    Wanted(1, "glass of milk", 7000, False, False, "A glass of milk.", "一杯牛奶。"),
    Wanted(2, "donuts", 7000, False, 1, "Doughnuts with something beside them.", "甜甜圈，旁邊放著別的東西。"),
    Wanted(3, "fried eggs", 7000, False, False, "Fried egg.", "荷包蛋。"),
    Wanted(5, "steak", 7000, False, False, "A grilled steak.", "一塊煎牛排。"),
    Wanted(6, "spaghetti", 7000, True, False, "Spaghetti on a plate on a blue tray.", "一盤義大利麵，放在藍色托盤上。"),
    Wanted(8, "battered fish", 7000, True, False, "Battered fish on a blue tray.", "炸魚塊，放在藍色托盤上。"),
    Wanted(
        8,
        "salmon",
        7000,
        True,
        10,
        "Salmon on a blue tray, with something beside it.",
        "鮭魚片，放在藍色托盤上，旁邊放著別的東西。",
    ),
    Wanted(8, "prawns", 7000, False, False, "Prawns.", "蝦子。"),
    Wanted(9, "cream soup", 7000, False, False, "A bowl of soup.", "一碗濃湯。"),
)
