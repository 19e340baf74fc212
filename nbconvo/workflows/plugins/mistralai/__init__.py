"""The conversational names and the UI components, at the path where upstream's plugin has them (alias: `workflows_mistralai`)."""

from nbconvo.protocol.components import (
    Alert,
    Avatar,
    Badge,
    ButtonLink,
    Card,
    Chart,
    Column,
    Image,
    Markdown,
    PieChart,
    Row,
    Tooltip,
    UIComponent,
)
from nbconvo.workflows import conversational
from nbconvo.workflows.conversational import *  # noqa: F403 - one list of names, kept there

__all__ = [
    "Alert",
    "Avatar",
    "Badge",
    "ButtonLink",
    "Card",
    "Chart",
    "Column",
    "Image",
    "Markdown",
    "PieChart",
    "Row",
    "Tooltip",
    "UIComponent",
]
__all__ += conversational.__all__
