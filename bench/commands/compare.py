"""`harbench compare`: two sides of records beside each other, the verdict, and gates for a script."""

from typing import Optional, Tuple

import click

from bench.commands.options import env
from bench.commands.quantities import PERCENT, PERCENTAGE_POINTS
from bench.comparing import compare as comparing
from bench.comparing import gates, match
from bench.errors import NotComparable
from bench.stats import equivalence


@click.command()
@click.argument("a")
@click.argument("b")
@click.option(
    "--margin",
    type=PERCENT,
    default=None,
    help="Speeds this close count as equivalent, as 2%.  [default: the noise floor of the host, else 5%]",
    **env("MARGIN"),
)
@click.option(
    "--accuracy-margin",
    type=PERCENTAGE_POINTS,
    default="%gpp" % (100 * equivalence.DEFAULT_MARGIN),
    show_default=True,
    help="Accuracies this close count as equivalent.",
    **env("ACCURACY_MARGIN"),
)
@click.option("--allow", "allowed", multiple=True, metavar="NAME", help="Compare speeds although NAME differs.")
@click.option(
    "--require", "required", multiple=True, metavar="EXPR", help="A gate: fps>=0.95x, step-time<=1.05x, accuracy>=-1pp."
)
@click.option(
    "--records",
    type=click.Path(),
    default="results",
    show_default=True,
    help="Where selectors look for records.",
    **env("OUT"),
)
@click.option("--json", "is_json", is_flag=True, help="One JSON document instead of Markdown.")
def compare(
    a: str,
    b: str,
    margin: Optional[float],
    accuracy_margin: float,
    allowed: Tuple[str, ...],
    required: Tuple[str, ...],
    records: str,
    is_json: bool,
) -> None:
    """Compare the records of A with those of B, the reference.

    A and B are files, folders, or selectors over --records, as `npu` or `backend=gpu,kernel=fused,python=3.7`.
    Selectors can ask for backend, kernel, mode, preset, batch, precision, framework, python, host, data, run and cell.
    """
    from reports import comparison, comparison_json  # bench does not know reports; only a command joins them

    asked = [gates.parse(text) for text in required]
    selection = match.select(a, b, records)
    comparisons = comparing.compare(selection.pairs, margin, accuracy_margin, allowed)
    answers = gates.answer(asked, comparisons, selection.unmatched)
    render = comparison_json.render if is_json else comparison.render
    click.echo(render(selection, comparisons, answers), nl=False)
    refusal = comparing.refusal(comparisons)
    if refusal:
        raise NotComparable(refusal)
    gates.require(answers, selection.unmatched)
