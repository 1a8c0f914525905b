"""What each analysis computes: its official run, and the experiments beside it, in which few arguments are changed.

They stand in a course's settings under `analyses`. The notebook's official cells, the reference, the canonical Outputs
and the measures read them here. An experiment is written as what differs from the official run; its name is that of
the array of canonical Outputs that it gives, and what a claim names: a new one needs no code.

    saliency:
      official: {label: truth, of: logit}
      experiments:
        loss: {of: loss}
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import Field, NonNegativeInt, PositiveInt, StringConstraints, field_validator, model_validator

from assignment.arrays import is_free
from assignment.fixable import Fault
from assignment.records import Record

ArrayName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Share = Annotated[float, Field(ge=0, le=1)]
Label = Literal["truth", "runner_up"] | NonNegativeInt  # runner_up: the label with the largest logit but the true one
Seed = Literal["own", "next"]  # of a set of canonical Outputs: its own seed, or that of the next set
KNOWN_BASELINES = ("black", "white", "blurred", "noise", "mean")


class LimeRun(Record):
    """One run of LIME; `hide`: the grey level that hides a piece, or `mean` for the piece's own mean colour."""

    samples: PositiveInt
    hide: Share | Literal["mean"]
    seed: Seed = "own"


class SaliencyRun(Record):
    """One saliency map: whose output, and which kind of output."""

    label: Label
    of: Literal["logit", "probability", "loss"]


class SmoothGradRun(Record):
    """One SmoothGrad map; `sigma` in shares of the picture's range. `signed`: the size of the mean gradient."""

    label: Label
    sigma: Annotated[float, Field(ge=0)]
    copies: PositiveInt
    average: Literal["size", "signed"] = "size"
    seed: Seed = "own"


class FiltersRun(Record):
    """One gradient ascent of every filter: from white noise, or from a picture by its number."""

    start: Literal["noise"] | NonNegativeInt
    steps: PositiveInt
    seed: Seed = "own"


class IntegratedGradientsRun(Record):
    """One attribution; `multiply`: by (x - baseline). A baseline is a known one, or a name under `baselines`."""

    label: Label
    baseline: str
    steps: PositiveInt
    multiply: bool = True
    seed: Seed = "own"


Run = TypeVar("Run", bound=Record)


class Runs(Record, Generic[Run]):
    """The official run of an analysis, and its experiments by the name of their array."""

    group: ClassVar[str] = ""

    official: Run
    experiments: Mapping[ArrayName, Run] = {}

    @field_validator("experiments")
    @classmethod
    def _check_names(cls, experiments: Mapping[str, Run]) -> Mapping[str, Run]:
        if cls.group and (taken := [name for name in experiments if not is_free(cls.group, name)]):
            raise ValueError(f"{taken[0]!r} is another array of {cls.group}; expected another name")
        return experiments

    @model_validator(mode="before")
    @classmethod
    def _add_what_is_official(cls, data: Any) -> Any:
        """Give every experiment what the official run has and it does not change."""
        if not isinstance(data, dict) or not isinstance(data.get("official"), dict):
            return data
        official, experiments = data["official"], data.get("experiments", {})
        if not isinstance(experiments, dict):
            return data
        whole = {name: {**official, **its} if isinstance(its, dict) else its for name, its in experiments.items()}
        return data | {"experiments": whole}

    def list_runs(self, official: str) -> dict[str, Run]:
        """Return every run by the name of its array; `official` is the name of the official one."""
        return {official: self.official, **self.experiments}


class Lime(Runs[LimeRun]):
    """LIME; `pieces`: about how many a picture is cut into."""

    group = "lime"

    pieces: PositiveInt


class Saliency(Runs[SaliencyRun]):
    """Saliency maps."""

    group = "saliency"


class SmoothGrad(Runs[SmoothGradRun]):
    """SmoothGrad; `kept_sigmas`: the noise levels at which it is counted which copies keep the picture's class."""

    group = "smoothgrad"

    kept_sigmas: Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(min_length=1)]


class FilterLayer(Record):
    """A layer, by number where the model is the homework's and else by its name, and the filters that are looked at."""

    layer: NonNegativeInt | str
    filters: Annotated[tuple[NonNegativeInt, ...], Field(min_length=1)]


class Filters(Runs[FiltersRun]):
    """Filters of a shallow, a middle and a deep layer, as many of each; `noises`: how many white noises they see.

    `shown`: the pictures whose activation maps the notebook draws.
    """

    group = "filters"

    shallow: FilterLayer
    middle: FilterLayer
    deep: FilterLayer
    noises: PositiveInt
    shown: Annotated[tuple[NonNegativeInt, ...], Field(min_length=1)]

    @property
    def layers(self) -> dict[int | str, tuple[int, ...]]:
        """The filters of each layer, in the order of the axes `layer` and `filter`."""
        return {one.layer: one.filters for one in (self.shallow, self.middle, self.deep)}

    @model_validator(mode="after")
    def _check(self) -> "Filters":
        counts = [len(one.filters) for one in (self.shallow, self.middle, self.deep)]
        if len(set(counts)) > 1:
            raise ValueError(f"{', '.join(map(str, counts))} filters; expected as many of each layer")
        if len(self.layers) < 3:
            raise ValueError(f"layers {', '.join(map(str, self.layers))}; expected three different ones")
        return self


class Color(Record):
    """A baseline of one colour: red, green and blue from 0 to 1."""

    color: tuple[Share, Share, Share]


class PictureBaseline(Record):
    """A baseline that is one of the pictures, by its number."""

    picture: NonNegativeInt


class FileBaseline(Record):
    """A baseline that is a picture of its own: an asset of the manifest, of the pictures' size."""

    file: str


Baseline = Color | PictureBaseline | FileBaseline


class IntegratedGradients(Runs[IntegratedGradientsRun]):
    """Integrated gradients; `rises`: baselines, and `gaps`: steps from the official one, that their sums are held to.

    `baselines`: the course's own, beside those of KNOWN_BASELINES.
    """

    group = "integrated_gradients"

    baselines: Mapping[ArrayName, Baseline] = {}
    rises: Annotated[tuple[str, ...], Field(min_length=1)]
    gaps: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> "IntegratedGradients":
        known = {*KNOWN_BASELINES, *self.baselines}
        used = [run.baseline for run in (self.official, *self.experiments.values())]
        if wrong := [name for name in (*used, *self.rises) if name not in known]:
            raise ValueError(f"baseline {wrong[0]!r}; expected one of {', '.join(sorted(known))}")
        if again := [name for name in self.baselines if name in KNOWN_BASELINES]:
            raise ValueError(f"baselines: {again[0]!r} is a known one; expected another name")
        if self.official.steps not in self.gaps:
            raise ValueError(f"gaps: expected {self.official.steps} among them, the official steps")
        return self


class Analyses(Record):
    """The analyses whose arguments a course chooses; those of texts have theirs in `texts.yaml`."""

    lime: Lime
    saliency: Saliency
    smoothgrad: SmoothGrad
    filters: Filters
    integrated_gradients: IntegratedGradients


def find_run_faults(its: Analyses, *, pictures: int, labels: int, files: Collection[str]) -> Iterator[Fault]:
    """Yield each picture, label and file that an analysis names and that its course does not have."""
    for group in (its.saliency, its.smoothgrad, its.integrated_gradients):
        for name, run in group.list_runs("official").items():
            if isinstance(run.label, int) and run.label >= labels:
                yield Fault(_place(group, name, "label"), f"{run.label}; expected 0 to {labels - 1}")
    for name, start in its.filters.list_runs("official").items():
        if isinstance(start.start, int) and start.start >= pictures:
            yield Fault(_place(its.filters, name, "start"), f"picture {start.start}; expected 0 to {pictures - 1}")
    for number in its.filters.shown:
        if number >= pictures:
            yield Fault(("analyses", "filters", "shown"), f"picture {number}; expected 0 to {pictures - 1}")
    for name, one in its.integrated_gradients.baselines.items():
        place = ("analyses", "integrated_gradients", "baselines", name)
        if isinstance(one, PictureBaseline) and one.picture >= pictures:
            yield Fault(place, f"picture {one.picture}; expected 0 to {pictures - 1}")
        if isinstance(one, FileBaseline) and one.file not in files:
            yield Fault(place, f"file {one.file!r}; expected an asset of the manifest")


def _place(group: Runs[Any], name: str, field: str) -> tuple[str, ...]:
    return "analyses", group.group, *(("official",) if name == "official" else ("experiments", name)), field
