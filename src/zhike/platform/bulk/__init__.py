"""Batch import: files to staging to set-based loading, every refused row named.

Rooms: `bulk.register(bulk.Target(...))` in `providers.py`; the loader is a bulk action that takes `bulk.Staged`.
"""
