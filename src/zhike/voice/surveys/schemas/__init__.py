"""Shapes of surveys for programs, a file for each matter."""
