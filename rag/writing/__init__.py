"""A language model that writes the answer and is held to the evidence, and the check of its
sentences.

:mod:`rag.writing.written` asks the model, where one is set; :mod:`rag.writing.check` compares any
sentence with any evidence. Nothing here is imported before it is needed.
"""
