"""Pure mathematics of the house (NumPy, SciPy): no Django, no input or output, no clock. Usable from a notebook."""
