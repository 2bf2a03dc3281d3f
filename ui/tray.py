"""Dialogs that the page's script opens: the clippings, and the keys."""

from rag.ui.templating import macro

tray = macro("tray", "tray")
"""The controls in the head of the page and the dialogs that they open, in the page's language;
both stand there empty or whole.
"""
