"""The configuration of all flows, at the path where the original has it."""

from nbconvo.flow.config import FlowConfig, flow_config

__all__ = ["FlowConfig", "flow_config"]
