"""Words of two meanings, each meaning with clues that no other word has.

`does` finishes "the bat ...", `done` finishes "Anna ..."; `~` stands for the word with its article. `kin` is a word
of one meaning that fits the same clues.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sense:
    """One meaning of a word. `is_a`: what comes after "it is"; its last word follows from the meaning."""

    word: str
    meaning: str
    is_a: str
    does: tuple[str, ...]
    done: tuple[str, ...]
    kin: str = ""
    article: bool = True


SENSES = (
    Sense("apple", "fruit", "a kind of fruit",
          ("fell from the tree", "tasted sweet and juicy", "turned ripe in the sun"),
          ("peeled ~ with a knife", "ate ~ for lunch", "baked a pie with ~"), "pear"),
    Sense("apple", "company", "a kind of company",
          ("sold a million phones", "hired a hundred workers", "made a new laptop"),
          ("bought shares of ~", "works for ~ in an office", "ordered a computer from ~"), article=False),
    Sense("bank", "river", "a kind of land",
          ("was covered with mud and reeds", "rose above the water", "was washed away by the flood"),
          ("sat on ~ and watched the river", "fished from ~ with a rod", "walked along ~ of the stream"), "shore"),
    Sense("bank", "money", "a kind of company",
          ("lent money to the firm", "raised the interest on loans", "closed the account"),
          ("paid a cheque into ~", "took a loan from ~", "saved money at ~"), "lender"),
    Sense("bat", "animal", "a kind of animal",
          ("flew out of the dark cave", "hung upside down from a beam", "spread its wings at night"),
          ("heard ~ squeak in the attic", "saw ~ in the dark cave", "watched ~ catch a moth at night")),
    Sense("bat", "sport", "a kind of tool",
          ("hit the ball over the fence", "broke in the hands of the player", "was carved from a wooden stick"),
          ("swung ~ at the ball", "held ~ with both hands", "lent ~ to the player"), "racket"),
    Sense("mouse", "animal", "a kind of animal",
          ("ate the cheese", "ran into its hole", "hid from the hungry cat"),
          ("caught ~ in a trap", "fed ~ some cheese", "chased ~ into its hole"), "rat"),
    Sense("mouse", "computer", "a kind of tool",
          ("moved the pointer on the screen", "was plugged into the laptop", "clicked twice on the file"),
          ("clicked the file with ~", "connected ~ to the laptop", "pressed the button of ~"), "touchpad"),
    Sense("crane", "bird", "a kind of animal",
          ("waded through the marsh", "laid two eggs in its nest", "danced on long legs"),
          ("watched ~ land in the marsh", "counted the feathers of ~", "found the nest of ~"), "heron"),
    Sense("crane", "machine", "a kind of machine",
          ("lifted the steel beams", "lowered the concrete wall", "stood on the building site"),
          ("hung the concrete wall on ~", "lifted the bricks with ~", "drove ~ to the building site"), "lift"),
    Sense("palm", "tree", "a kind of plant",
          ("swayed in the wind on the beach", "grew coconuts on the island", "gave shade to the sand"),
          ("slept in the shade of ~", "climbed ~ for a coconut", "planted ~ on the beach")),
    Sense("palm", "hand", "a part of the body",
          ("was wet with sweat", "held a tiny coin", "had deep lines below the thumb"),
          ("wrote a number on ~ of one hand", "scratched ~ with a thumb", "put a tiny coin into ~"), "fist"),
    Sense("seal", "animal", "a kind of animal",
          ("dived under the ice", "swam after the fish", "slept on the wet rocks"),
          ("fed ~ a bucket of fish", "took a photo of ~ on the ice", "trained ~ in the aquarium"), "walrus"),
    Sense("seal", "stamp", "a kind of mark",
          ("was pressed into the wax", "closed the royal envelope", "proved that the document was real"),
          ("broke ~ of the envelope", "pressed ~ into the wax", "stamped the document with ~"), "stamp"),
    Sense("spring", "season", "a part of the year",
          ("came after a cold winter", "brought warm days and blossoms", "ended with the first summer storm"),
          ("planted seeds early in ~", "waited all winter for ~", "enjoyed the blossoms of ~")),
    Sense("spring", "metal", "a part of a machine",
          ("was made of bent wire", "bounced back when it was pulled", "pushed the lid of the toy open"),
          ("stretched ~ with pliers", "replaced ~ inside the toy", "bent the wire into ~"), "coil"),
    Sense("date", "fruit", "a kind of fruit",
          ("was dried in the desert", "was stuffed with nuts", "was dipped in honey"),
          ("mixed ~ with honey and nuts", "chewed ~ after dinner", "picked the stone out of ~"), "fig"),
    Sense("date", "day", "a part of the year",
          ("was printed on the calendar", "was set for the wedding", "was written on the form"),
          ("forgot ~ of the exam", "chose ~ for the wedding", "marked ~ on the calendar")),
    Sense("trunk", "tree", "a part of a tree",
          ("was hollow and covered with moss", "was cut into logs", "had rough bark"),
          ("carved a heart into ~ of the oak", "leaned against ~ of the oak", "sawed through ~ with care")),
    Sense("trunk", "car", "a part of a car",
          ("was full of suitcases", "opened behind the back seats", "had room for a spare tyre"),
          ("loaded the suitcases into ~", "locked the spare tyre in ~", "slammed ~ at the petrol station")),
)  # fmt: skip
