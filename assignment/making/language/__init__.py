"""The grammar of profile `mini`: it writes English sentences and passages, and knows what is true of each."""

from assignment.making.language.passage import Passage, write_passage
from assignment.making.language.sentence import Link, Sentence
from assignment.making.language.write import PHENOMENA, is_held_out, write_sentence

__all__ = ["PHENOMENA", "Link", "Passage", "Sentence", "is_held_out", "write_passage", "write_sentence"]
