"""Engines: they run workflows. All have one contract; the kernel engine runs them in this process."""

from nbconvo.engine.contract import Engine, ExecutionHandle, PendingInput
from nbconvo.engine.execution import Status
from nbconvo.engine.handle import KernelHandle
from nbconvo.engine.kernel import KernelEngine

__all__ = ["Engine", "ExecutionHandle", "KernelEngine", "KernelHandle", "PendingInput", "Status"]
