"""`@human_feedback` at the path where the original has it."""

from nbconvo.flow.feedback import HumanFeedbackConfig, HumanFeedbackResult, human_feedback

__all__ = ["HumanFeedbackConfig", "HumanFeedbackResult", "human_feedback"]
