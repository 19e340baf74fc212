"""Names that upstream's examples import from below `core`."""
