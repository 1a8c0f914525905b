"""ClassAnalysis: all that a scored class's answers say of the questions, of the whole, and of pairs of students."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.analysis.answers import Answers, find_answers
from grader.analysis.estimates import Reliability, estimate_reliability
from grader.analysis.pairs import Pairs, find_pairs
from grader.analysis.question_analysis import FEWEST, QuestionAnalysis, analyse_questions
from grader.analysis.suspects import Suspect, find_suspects
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord


@dataclass(frozen=True)
class ClassAnalysis:
    """For staff alone: it tells the key and names students. reliability and pairs are None for a small class.

    points: what the questions are worth, each value once: more than one, and alpha is not KR-20 but Cronbach's.
    """

    students: int
    points: tuple[float, ...]
    questions: tuple[QuestionAnalysis, ...]
    reliability: Reliability | None
    suspects: tuple[Suspect, ...]
    pairs: Pairs | None


def analyse_class(handins: Sequence[HandinRecord], grading: Grading) -> ClassAnalysis:
    """Return what the answers of a class say; every hand-in was scored with this Grading."""
    return analyse_answers(find_answers(handins, grading))


def analyse_answers(answers: Answers) -> ClassAnalysis:
    """Return what these answers say."""
    many = len(answers.students)
    return ClassAnalysis(
        students=many,
        points=tuple(sorted({float(worth) for worth in answers.points})),
        questions=analyse_questions(answers) if many and answers.items else (),
        reliability=estimate_reliability(answers.scores) if many >= FEWEST else None,
        suspects=find_suspects(answers),
        pairs=find_pairs(answers),
    )
