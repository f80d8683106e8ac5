"""Pure decisions of surveys."""
