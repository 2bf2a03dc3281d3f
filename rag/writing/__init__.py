"""Answers written by a language model from the evidence, and the check of each sentence.

:mod:`rag.writing.written` asks the language model, if the user has set one.
:mod:`rag.writing.check` compares any sentence with any evidence. Other packages import these
modules only when they need them.
"""
