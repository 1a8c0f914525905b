"""The words of the grammar: names, jobs, nouns in both numbers, adjectives, places."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pronoun:
    """The forms of a personal pronoun; `plural` says which verb form goes with it."""

    subject: str
    object: str
    possessive: str
    reflexive: str
    plural: bool = False


HE = Pronoun("he", "him", "his", "himself")
SHE = Pronoun("she", "her", "her", "herself")
THEY = Pronoun("they", "them", "their", "themselves", plural=True)
PRONOUNS = (HE, SHE, THEY)

# As many names for each pronoun. In this small world a name tells the pronoun; a job does not.
NAMES: dict[str, Pronoun] = {
    **dict.fromkeys(("tom", "ben", "paul", "david", "martin", "omar", "hugo", "ravi"), HE),
    **dict.fromkeys(("anna", "maria", "lucy", "mei", "sara", "katrin", "nina", "leila"), SHE),
    **dict.fromkeys(("alex", "sam", "robin", "kim", "jo", "charlie", "ari", "taylor"), THEY),
}
NAMES_OF = {pronoun: tuple(name for name, its in NAMES.items() if its == pronoun) for pronoun in PRONOUNS}


@dataclass(frozen=True)
class Job:
    """Who does what, and where; none of the words belongs to another job."""

    name: str
    article: str
    past: str
    present: str
    thing: str
    place: str


JOBS = (
    Job("baker", "a", "baked", "bakes", "bread", "bakery"),
    Job("pilot", "a", "flew", "flies", "planes", "airport"),
    Job("teacher", "a", "taught", "teaches", "lessons", "classroom"),
    Job("doctor", "a", "treated", "treats", "patients", "hospital"),
    Job("farmer", "a", "grew", "grows", "corn", "farm"),
    Job("painter", "a", "drew", "draws", "portraits", "studio"),
    Job("cook", "a", "boiled", "boils", "soups", "restaurant"),
    Job("driver", "a", "drove", "drives", "buses", "garage"),
    Job("singer", "a", "sang", "sings", "songs", "theatre"),
    Job("engineer", "an", "built", "builds", "bridges", "office"),
    Job("sailor", "a", "sailed", "sails", "ships", "port"),
    Job("tailor", "a", "sewed", "sews", "suits", "workshop"),
)

ANIMATE = {
    "dog": "dogs", "cat": "cats", "bird": "birds", "horse": "horses", "child": "children", "friend": "friends",
    "neighbour": "neighbours", "student": "students", "visitor": "visitors", "woman": "women", "man": "men",
    "person": "people",
}  # fmt: skip
THINGS = {
    "key": "keys", "door": "doors", "letter": "letters", "chair": "chairs", "window": "windows", "picture": "pictures",
    "table": "tables", "cabinet": "cabinets", "bottle": "bottles", "basket": "baskets", "shelf": "shelves",
    "knife": "knives",
}  # fmt: skip
ANIMATE_ADJECTIVES = ("tired", "hungry", "happy", "ill", "quiet", "angry")
THING_ADJECTIVES = ("old", "new", "dirty", "clean", "broken", "heavy")
PREPOSITIONS = ("near", "behind", "beside", "under", "above")

# What questions of passages ask about.
OBJECTS = ("bike", "lamp", "cup", "book", "coat", "clock", "phone", "box", "map", "boat", "kite", "drum")
COLOURS = ("red", "green", "blue", "black", "white", "yellow")
PLACES = ("market", "park", "station", "library", "kitchen", "garden", "school", "harbour", "museum", "shop")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DEEDS = {
    "buy": "bought", "find": "found", "lose": "lost", "sell": "sold", "see": "saw", "hide": "hid", "mend": "mended",
    "bring": "brought", "break": "broke", "clean": "cleaned",
}  # fmt: skip

# Either word of a pair stands wherever the other does.
SYNONYMS = (
    ("big", "large"), ("small", "little"), ("quick", "fast"), ("glad", "cheerful"), ("sofa", "couch"),
    ("street", "road"), ("stone", "rock"), ("gift", "present"), ("began", "started"), ("shut", "closed"),
)  # fmt: skip

PROPER = frozenset((*NAMES, *DAYS))
