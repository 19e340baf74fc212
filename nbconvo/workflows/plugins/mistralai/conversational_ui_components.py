"""The UI components, at the path where upstream has them."""

from nbconvo.protocol.components import (
    LLM_UI_VERSION,
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

__all__ = [
    "LLM_UI_VERSION",
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
