"""A Record: values that are read from a file or written to one, checked when it is made and never changed after."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """What every model of a file is: frozen, and a field that nobody documented is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")
