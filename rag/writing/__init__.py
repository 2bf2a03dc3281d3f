"""A language model that writes the answer, and is held to the evidence sentence by sentence.

Nothing here is imported where no model is set. ``write`` in :mod:`rag.writing.written` is the door.
"""
