"""Pieces of which any question is put together."""

PIECES = [
    "哪些",
    "省",
    "谁",
    "多少",
    "在哪",
    "几",
    "年",
    "what is the ",
    "which ",
    "city ",
    "when ",
    "2011",
    "四川",
    "，",
    "?",
    "家",
]
