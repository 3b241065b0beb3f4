"""Judges against people: who is asked to compare which responses, and how far a judge agrees with what they say."""
