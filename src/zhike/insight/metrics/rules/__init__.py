"""Definitions of metrics, split by what they speak of; loaded when the application starts."""
