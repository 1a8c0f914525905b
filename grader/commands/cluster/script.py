"""`--print slurm` of the verbs that run a class: an sbatch script, after the checks of a real run."""

import argparse

from grader.cluster.units import print_driver
from grader.commands.cluster.options import take_cluster_options
from grader.commands.terminal.options import take_run_options
from grader.commands.terminal.screen import say
from grader.handins.submission import open_handins
from grader.runs.folder import check_course


def show_script(options: argparse.Namespace) -> int:
    """Print the script that runs a class as it was typed; FixableError with what would stop that class at once."""
    how, where = take_run_options(options), take_cluster_options(options)
    terms = where.make_terms(how)
    if options.handins is not None:
        open_handins(options.handins)
    check_course(options.runs, options.course.mark)
    port = terms.port if terms is not None and terms.keys is not None else None
    here = None if terms is not None else (how.device, how.jobs)
    say(print_driver(options.typed, port, here).rstrip())
    return 0
