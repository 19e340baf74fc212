"""Write `forms.json`, the forms that the tests draw, as the kernel makes them.

`python js/test/data/forms.py` writes the file, `python js/test/data/forms.py --check` fails when it is not up to date. Every
`field_*` and `form_*` schema of `tests/data/schemas` is in it by name, and one form with every ordinary annotation.
"""

from __future__ import annotations

import enum
import json
import sys
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

from nbconvo.views.forms import form_view

HERE = Path(__file__).parent
SCHEMAS = HERE.parents[2] / "tests" / "data" / "schemas"
TARGET = HERE / "forms.json"


class Size(enum.Enum):
    """Two of them."""

    small = "s"
    large = "l"


class Address(BaseModel):
    """Where something is sent."""

    street: str
    zip_code: str = Field(pattern=r"^\d{5}$", description="Postcode")


class Cat(BaseModel):
    """A cat."""

    kind: Literal["cat"]
    lives: int = Field(9, ge=1, le=9)


class Dog(BaseModel):
    """A dog."""

    kind: Literal["dog"]
    name: str


class Node(BaseModel):
    """A model that contains itself."""

    value: int
    next: Node | None = None


class Every(BaseModel):
    """One field of every ordinary annotation."""

    model_config = ConfigDict(title="Every")

    flag: bool
    maybe: bool | None = None
    literal: Literal["a", "b"]
    size: Size
    whole: int = Field(ge=1, lt=10)
    big: int = 123456789012345678901
    price: Decimal = Field(ge=0)
    ratio: int | float = 0.5
    nick: str | None = None
    story: str = Field(max_length=2000)
    day: date
    at: datetime
    wake: time
    home: Address
    work: Address | None = None
    people: list[Address] = Field(min_length=1, max_length=2, description="Recipients")
    words: list[str] = []
    limits: dict[str, int] = {"cpu": 2}
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    either: int | str
    password: SecretStr
    site: HttpUrl | None = None
    node: Node
    anything: Any = None


def render() -> str:
    """The whole file."""
    schemas = {path.stem: json.loads(path.read_text()) for path in sorted(SCHEMAS.glob("f*_*.json"))}
    schemas["every"] = Every.model_json_schema()
    return json.dumps({name: form_view(schema) for name, schema in schemas.items()}, indent=1) + "\n"


if __name__ == "__main__":
    text = render()
    if "--check" in sys.argv and TARGET.read_text() != text:
        sys.exit("js/test/data/forms.json is out of date: run `python js/test/data/forms.py`")
    TARGET.write_text(text)
