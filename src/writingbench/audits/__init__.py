"""Judges against themselves: texts that are changed in a known way, and whether the marks move as they must."""
