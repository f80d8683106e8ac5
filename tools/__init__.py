"""The project's own checks and generators."""
