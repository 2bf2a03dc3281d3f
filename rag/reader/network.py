"""The reader's network, run with NumPy."""

from __future__ import annotations

TITLE, BODY, QUESTION = 20, 150, 40  # tokens of a title, of a text and of a question that are read
WIDTH = 96  # numbers for a token
DILATIONS = (1, 2, 4, 1, 2, 4, 1, 1)  # of the convolutions over the passage; the second attention stands in the middle
QUESTION_DILATIONS = (1, 2, 1)
RANK = 16  # of the product by which the ends of a span know each other
LONGEST_ANSWER = 24  # tokens
FREQUENT = 6_000  # tokens, the most frequent ones, which have trained vectors besides the static ones
FEATURES, ASKED_FEATURES = 6, 4  # of a token of the passage, and of one of the question
