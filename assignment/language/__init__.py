"""The grammar of profile `mini`: it writes English sentences and passages, and knows what is true of each."""

from assignment.language.passage import Passage, write_passage
from assignment.language.sentence import Link, Sentence
from assignment.language.write import PHENOMENA, is_held_out, write_sentence

__all__ = ["PHENOMENA", "Link", "Passage", "Sentence", "is_held_out", "write_passage", "write_sentence"]
