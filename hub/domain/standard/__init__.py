"""Standardising of Indonesian register values: pure functions, one small module a kind of value.

The original is kept beside what these functions return, so each may say "unknown" and none has to guess.
"""
