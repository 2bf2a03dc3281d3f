"""Figures and dates in a text, with the values by which two spans are compared."""

from rag.reader.numbers import chinese_number, english_number, find_numbers
from rag.reader.value import Value, find_dates

__all__ = ["Value", "chinese_number", "english_number", "find_dates", "find_numbers"]
