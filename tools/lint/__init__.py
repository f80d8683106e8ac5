"""Rules of our own, one module each: whatever the general checkers cannot know about this house."""
