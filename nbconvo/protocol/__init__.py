"""Frozen data that crosses a boundary: events, inputs, outputs, definitions, patches, and the clock."""
