"""Pure decisions: which target holds, what a standard may say, what becomes of agreements and promises."""
