"""Pure decisions on surveys, a file for each matter."""
