"""Taking a workflow elsewhere: what would be different under the real SDK, and the module that runs there."""

from nbconvo.portability.checking import check
from nbconvo.portability.findings import Finding, Findings

__all__ = ["Finding", "Findings", "check"]
