"""Chapters that run in the browser: JupyterLite, and the Python behind it."""
