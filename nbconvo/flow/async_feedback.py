"""Feedback that comes later, at the path where the original has it."""

from nbconvo.flow.feedback import HumanFeedbackPending, PendingFeedbackContext

__all__ = ["HumanFeedbackPending", "PendingFeedbackContext"]
