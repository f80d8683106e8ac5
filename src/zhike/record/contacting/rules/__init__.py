"""Pure decisions of contacting."""
