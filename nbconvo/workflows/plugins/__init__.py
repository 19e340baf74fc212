"""Plugins of the workflows API, at upstream's paths."""
